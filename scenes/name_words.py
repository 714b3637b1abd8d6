"""Words and characters that tell a Chinese name from a part of a word. Data only."""

from pathlib import Path


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS = _split(Path(__file__).with_name("name_words.txt").read_text("utf-8"))
"""Words that hold a character which is also a name; only those that a name could be taken for."""

EVERYDAY = frozenset(
    "爱愛白红紅黑黄黃蓝藍绿綠青紫灰冷热熱高低长長短大小多少好坏壞新旧舊老美丑真假对對错錯来來"
    "去走跑坐站看听聽说說读讀写寫想要问問答吃喝笑哭花月雪雨风風云雲星夜春夏秋冬山水火土木金石"
    "天地人心梦夢明静靜平和光影海江河城门門路车車书書画畫刀剑劍枪槍狗猫貓鱼魚鸟鳥龙龍虎狼马馬"
    "牛羊鸡雞猪豬一二三四五六七八九十零男女父母爷奶哥姐弟妹东東西南北上下左右前后後里外中年日"
    "时時分秒今早晚空无無有是不在了着的得我你他她它这這那谁誰何也都就才又还還把被让讓给給跟与"
    "與或但而因所以很太最更望忘念思恨怕忧愁喜怒哀乐樂悲伤傷痛苦甜酸辣香臭钱錢酒茶饭飯菜米面肉"
    "果糖盐药藥病生死活动動停开開关關进進出回过過到起飞飛落合力气氣声聲色味形名字话話事情意义"
    "法理由数數量度点點线線体體头頭手脚腳眼耳口鼻舌牙脸臉身血骨皮毛草树樹叶葉根灯燈烛燭钟鐘"
)
"""Characters that are words by themselves: as names they must be called, not merely stand there."""

EVERYDAY_NAMES = _split(
    """
    希望 高兴 高興 明白 平安 天明 小雨 大雨 明月 清风 清風 黎明 安静 安靜 幸福 快乐 快樂 自由
    和平 未来 未來 太阳 太陽 月亮 星星 春天 夏天 秋天 冬天 天使 小姐 先生 老师 老師 医生 醫生
    将军 將軍 队长 隊長 老板 老闆 大人 公主 王子 国王 國王 店主 骑士 騎士 国家 如意 永远 永遠
    安心 无名 無名 影子 回忆 回憶 思念 想念
    """
)
"""Names of several characters that are words as well."""

PERSON_LEFT = frozenset("问問找喊跟向请請替帮幫叫")
"""Before these stands a person even where the character is a word."""
LEFT = PERSON_LEFT | frozenset(
    "和与與对對给給让讓等把被是见見看到着著了过過在从從比连連当當说說道像由因为為只还"
    "還也就但而那这這你我他她们們的"
)
"""What may stand before a name in the middle of a sentence."""
RIGHT = frozenset(
    "你您我他她在是说說道也都就和跟与與的把被将將会會要不没沒有来來去怎看想走已还還从"
    "從又点點摇搖笑低抬站坐转轉突忽正刚剛却卻便呢吗嗎吧别別快请請能肯愿願为為应應该該"
    "到对對给給让讓问問喊叫答听聽微轻輕缓緩终終一这這那"
)
"""What may stand behind a name in the middle of a sentence."""
SUBJECT = frozenset("要会會想怎为為在是有肯能愿願的他她知还還去来來吃喝喜")
"""Behind a word of asking, such as 问安, these make its last character a person."""
STRICT_RIGHT = frozenset("却卻便从從把将將正")
"""Behind an everyday character at the beginning of a clause, these make it a person."""
ACTS = (
    "笑了笑", "笑了一", "笑着说", "点头", "点了点", "点點頭", "摇头", "摇了摇", "低头", "低下",
    "低声", "抬头", "抬起", "站了", "站起", "站在", "走过", "走了过", "走了进", "走了出",
    "走進", "走进",
    "走向", "走出", "走到", "转过", "转身", "轉身", "看向", "看了看", "望向", "说道", "說道",
    "问道", "问：", "說：", "说：", "皱", "皺", "叹", "嘆", "沉默", "愣", "伸手", "拔出", "握",
    "拿起", "坐在", "坐下", "靠在", "退后", "退了", "没有说", "没说", "没有回", "没回答",
    "沒說", "沒有", "推开", "推開", "挥", "揮", "冷笑", "微笑", "轻轻", "輕輕", "缓缓", "緩緩",
    "突然", "忽然", "终于", "已经",
)  # fmt: skip
"""Behind an everyday character at the beginning of a clause, these are what a person does."""
WISHES = frozenset("爱愛想要会能")
"""Before what is done, these are no person: who loves to sit is not called so."""
PARTICLES = frozenset("啊呀哇诶欸呢吧吗嗎嘛哦喔哟喲啦")
"""They close a call as a comma does."""
CALLS = frozenset("喂嘿哎唉诶欸嗨哟喲噢")
"""They open a call as a comma does."""
ADVERBS = frozenset("很太更最真好不没沒极極挺够夠颇頗越愈非未心")
"""Behind these stands no person."""
FOREIGN = frozenset(
    "娜妮东東德鲁魯莉迪尼琪吉丽麗蒂斯克尔爾特卡塔里娅婭拉奥奧洛波法宾賓维維科夫基诺"
)
"""Characters of names in other languages, of which one is a part."""
FOREIGN_ENDS = frozenset("德娜妮琪娅婭蒂")
"""Characters that end such a name, and seldom begin a word."""
GIVEN = frozenset(
    "涵轩軒婷娜琳薇妍芸蓉璐瑶瑤媛婕嫣萱昊睿宸梓鑫昕杰傑豪娟芳倩莉菲岚嵐雯颖穎燕霞峰伟偉勋"
)
"""Characters that end a given name and begin no word."""
SURNAMES = frozenset(
    "赵趙钱錢孙孫李周吴吳郑鄭王冯馮陈陳褚卫衛蒋蔣沈韩韓杨楊朱秦尤许許何吕呂施张張孔曹严嚴华魏"
    "陶姜谢謝邹鄒柏窦竇章苏蘇潘葛范彭郎鲁魯韦韋昌马馬苗凤方俞任袁柳唐罗羅薛雷贺賀倪汤湯滕殷郝"
    "邬邵毕畢康于余元顾顧孟黄黃穆萧蕭尹姚汪毛狄戴宋庞龐熊纪紀舒屈祝董梁杜阮蓝闵季贾賈江童颜顏"
    "郭梅盛林钟鍾徐邱骆駱高夏蔡田樊胡凌霍虞万萬柯管卢盧莫丁邓鄧洪包左石崔龚龔程裴陆陸荣翁甄曲"
    "储靳段焦谷车侯宁寧温溫庄莊晏瞿阎閻慕连習习宦艾向古易廖耿匡文寇欧歐聂聶曾关關岳楚白叶葉安"
    "傅乔喬谭譚"
)
COMPOUND_SURNAMES = (
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "慕容", "令狐", "东方", "東方",
    "皇甫", "尉迟", "公孙", "公孫", "宇文", "长孙", "長孫", "司徒", "夏侯", "独孤", "獨孤",
    "南宫", "南宮", "轩辕", "百里", "端木", "西门", "西門",
)  # fmt: skip
TITLES = (
    "先生", "小姐", "老师", "老師", "医生", "醫生", "大夫", "警官", "队长", "隊長", "队", "总",
    "總", "局", "老板", "老闆", "掌柜", "掌櫃", "大人", "将军", "將軍", "公子", "姑娘", "夫人",
    "太太", "师傅", "師傅", "大哥", "大姐", "大叔", "大爷", "老弟", "小弟", "少爷", "教授",
    "博士", "经理", "經理", "女士", "道长", "哥", "姐", "叔", "姨", "爷", "爺", "婶", "嬸",
    "伯", "兄", "弟", "妹", "姑", "婆",
)  # fmt: skip
"""What is put behind a surname, or a name of one character, the longer ones first."""
TOUCHING = ("老", "小", "阿")
"""What is put before them."""
NO_PEOPLE = _split(
    """
    老高 老远 老遠 老大 小时 小時 小方 小康 小毛 老包 小包 小文 老古 小段 小石 小管 小车 小曲
    老向 小易
    """
)
"""What is written like 老 or 小 before a surname, and is a word."""

ENGLISH = _split(
    """
    will may mark rose grace hope faith joy art bill pat rob sue drew dawn summer autumn april
    june ivy lily ruby pearl chance chase hunter max jack can do so an in no my on go he she me
    it we be you they ray gene frank earnest victor angel daisy violet olive hazel sage robin
    martin jay jade amber gem sky star sun moon rain snow wolf fox cat dog crow raven king queen
    prince knight lord lady captain doctor major general miss page reed heath cliff dale glen
    brook forest stone rock wood wade guy nick dick bob
    """
)
"""Names that are English words: at the beginning of a sentence they may be either."""

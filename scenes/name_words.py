"""Words and characters that tell a Chinese name from a part of a word. Data only."""


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS = _split(
    """
    平安 安静 安靜 晚安 早安 午安 不安 安慰 安心 安排 安置 安装 安裝 安顿 安頓 安宁 安寧 安稳
    安穩 安详 安詳 安家 安好 安全 治安 公安 保安 西安 长安 長安 安徽 天安 安门 安門 延安 安阳
    安陽 淮安 泰安 吉安 临安 建安 安检 安檢 安息 安逸 偏安 苟安 心安 安康 金安 问安 問安 请安
    請安 安分 安身 安放 安葬 安插 安生 安抚 安撫 安危 安居 安乐 安樂 安歇 安睡 安眠 安神 安定
    安然 安度 安上 安下 安民 欠安 慰安 招安 相安 转安 轉安 万安 萬安 台安 大安 安理 安培 安保
    国安 國安 安利 安卓 安可 安营 安營 安于 安於 安娜 安妮 安德 安东 安東 安吉 安迪 安琪 安倍
    安第 莉安 维安 維安 迪安 里安 蒂安 丽安 安达 安達 安德烈 安史 居安 偷安 转危为安 明白 白天
    白色 白日 白白 白痴 白费 白費 白发 白髮 白头 白頭 白雪 白云 白雲 白银 白銀 白酒 白饭 白飯
    白菜 白糖 白纸 白紙 白板 白领 白領 白眼 白昼 白晝 白衣 白骨 白兔 白马 白馬 白鹤 白鶴 白狐
    白狼 白虎 白熊 白猫 白貓 白狗 白鸽 白鴿 白桦 白樺 白蛇 白兰 白蘭 白金 白墙 白牆 白布 白光
    白雾 白霧 白烟 白煙 白花 白手 白脸 白臉 白皙 白净 白淨 白嫩 白胖 白描 白话 白話 白丁 白卷
    白给 白給
          白沙 白水 苍白 蒼白 雪白 洁白 潔白 煞白 惨白 慘白 灰白 斑白
    花白 空白 坦白 告白 表白 自白 独白 獨白 对白 對白 旁白 清白 直白 留白 蛋白 漂白 发白 發白
    刷白 泛白 全白 纯白 純白 黑白 红白 紅白 银白 銀白 乳白 米白 月白 鱼白 魚白 太白 李白 大白
    辩白 辯白 青白 粉白 变白 變白 美白 抢白 搶白 皂白 嫩白 白杨 白楊 白玉 白蚁 白蟻 白喉 白血
    白薯 白瓷 白炽 白熾 白宫 白宮 白帝 白起 白居 白娘 白素 可爱 可愛 爱情 愛情 爱人 愛人 恋爱
    戀愛 相爱 相愛 热爱 熱愛 喜爱 喜愛 亲爱 親愛 疼爱 疼愛 宠爱 寵愛 溺爱 溺愛 敬爱 敬愛 关爱
    關愛 友爱 友愛 真爱 真愛 最爱 最愛 深爱 深愛 博爱 博愛 母爱 母愛 父爱 父愛 求爱 求愛 做爱
    做愛 示爱 示愛 失爱 偏爱 偏愛 珍爱 珍愛 怜爱 憐愛 挚爱 摯愛 酷爱 酷愛 钟爱 鍾愛 心爱 心愛
    爱好 愛好 爱心 愛心 爱慕 愛慕 爱戴 愛戴 爱护 愛護 爱惜 愛惜 爱抚 愛撫 爱国 愛國 爱美 愛美
    爱上 愛上 爱恋 愛戀 爱意 愛意 爱憎 愛憎 爱称 愛稱 爱子 愛子 爱女 愛女 爱妻 愛妻 爱徒 愛徒
    爱将 愛將 爱理 大爱 大愛 被爱 被愛 自爱 自愛 令爱 令愛 爱丽 愛麗 爱德 愛德 爱迪 爱因 爱尔
    愛爾 爱琴 爱神 愛神 爱玩 爱哭 爱笑 爱说 爱吃 雨雪 下雪 大雪 积雪 積雪 雪花 雪人 雪地 雪山
    雪夜 雪亮 雪崩 雪茄 雪糕 雪球 冰雪 风雪 風雪 飞雪 飛雪 初雪 暴雪 滑雪 月亮 月光 月色 月夜
    月下 明月 岁月 歲月 新月 满月 滿月 正月 年月 月底 月初 月饼 月餅 月份 个月 個月 本月 上月
    下月 每月 月球 下雨 雨水 雨夜 雨点 雨點 雨伞 雨傘 雨衣 雨停 大雨 暴雨 细雨 細雨 风雨 風雨
    雷雨 淋雨 雨中 雨声 雨聲 雨季 阵雨 陣雨 避雨 雨后 花园 花園 花瓶 花朵 花儿 花兒 鲜花 鮮花
    开花 開花 桃花 梅花 樱花 櫻花 荷花 火花 浪花 花钱 花錢 花费 花費 花样 花樣 花心 光明 明天
    明日 明年 明明 明亮 明显 明顯 明确 明確 明星 明智 聪明 聰明 说明 說明 证明 證明 声明 聲明
    文明 黎明 天明 分明 发明 發明 透明 照明 鲜明 鮮明 高明 精明 清明 神明 明媚 明了 明净 明眼
    明知 明早 明晚 失明 表明 指明 明代 明朝 明君 明主 明府 明教 静静 靜靜 平静 平靜 冷静 冷靜
    寂静 寂靜 静止 靜止 静默 靜默 静悄 靜悄 静下 靜下 动静 動靜 宁静 寧靜 镇静 鎮靜 沉静 沉靜
    树林 樹林 森林 园林 園林 竹林 山林 丛林 叢林 密林 林子 林间 林間 林中 林立 武林 绿林 綠林
    翰林 林荫 松林 枫林 楓林 桃林 今夜 夜里 夜裡 夜晚 半夜 深夜 夜色 夜空 昨夜 黑夜 午夜 日夜
    夜间 夜間 熬夜 过夜 過夜 夜市 连夜 連夜 夜幕 守夜 夜深 夜班 冬天 冬日 冬至 春天 春日 春风
    春風 春节 春節 青春 秋天 秋日 秋风 秋風 中秋 夏天 夏日 夏夜 盛夏 初夏 立夏 晴天 晴朗 放晴
    风声 風聲 风景 風景 风险 風險 大风 大風 刮风 颳風 微风 微風 风格 風格 风流 風流 风光 風光
    东风 威风 威風 风波 风暴 云彩 雲彩 乌云 烏雲 风云 風雲 云雾 云端 云层 星星 星空 星光 星期
    星球 流星 火星 行星 星座 星辰 梦想 夢想 做梦 做夢 梦见 夢見 噩梦 噩夢 美梦 梦境 夢境 梦里
    夢裡 睡梦 睡夢 如梦 梦话 夢話 红色 紅色 脸红 臉紅 通红 通紅 红酒 紅酒 红旗 红尘 紅塵 红包
    红烧 红灯 粉红 口红 口紅 鲜红 鮮紅 泛红 发红 眼红 红人 红颜 蓝色 藍色 蓝天 藍天 绿色 綠色
    青色 青年 青天 青草 年青 黑色 黑暗 黑人 黑客 漆黑 天黑 黑影 黑衣 乌黑 紫色 寒冷 冰冷 冷笑
    冷淡 冷漠 冷清 冷水 冷风 冷汗 发冷 發冷 冷酷 阴冷 好冷 很冷 太冷 热冷 心冷 冷冷 冷战 冷藏
    真正 真实 真實 真是 真的 认真 認真 天真 果真 真相 真心 真诚 真理 当真 當真 写真 真气 真人
    真话 真切 希望 愿望 失望 绝望 絕望 望着 望著 望见 望去 张望 張望 看望 探望 渴望 盼望 欲望
    望远 和平 平时 平時 平常 公平 平凡 水平 平均 平台 平日 平息 平衡 平地 太平 北平 生平 不平
    平坦 平等 平民 平板 心静 宁愿 寧願 宁可 寧可 丁宁 叮宁 归宁 南宁 辽宁 西宁 江宁 列宁 宁波
    """
)
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

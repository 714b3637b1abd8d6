"""Words of English prose: verbs of speaking, what people are called. Data only."""

from scenes.data.books.words import words

SAY = frozenset(
    words(
        """
        said says say saying replied answered asked inquired enquired cried exclaimed remarked
        observed returned
        continued added repeated shouted whispered murmured muttered called began interrupted
        interposed rejoined
        resumed suggested demanded retorted declared protested pleaded begged urged insisted
        admitted confessed
        agreed announced explained ejaculated gasped groaned growled grumbled screamed shrieked
        sobbed sighed
        snapped snarled roared bellowed yelled laughed chuckled giggled smiled grinned sneered
        stammered mumbled
        drawled panted moaned whined hissed barked croaked echoed concluded went persisted
        pursued responded
        commented noted mused reflected thought wondered ordered commanded warned advised assured
        informed told
        read sang hummed broke put spoke speaking queried ventured proposed objected argued broke
        finished
        countered breathed grunted thundered boomed piped squeaked faltered blurted rasped purred
        teased joked
        lied promised swore vowed prayed recited quoted corrected reminded chimed greeted
        hollered wailed volunteered hazarded implored entreated sobbed chattered acknowledged
        affirmed asserted assented began bawled beamed bleated chanted choked complained conceded
        consented cooed cursed deplored dictated encouraged explained fumed gabbled gurgled howled
        improvised insinuated intoned jeered lamented mimicked muttered nodded opined pronounced
        proclaimed protested quavered questioned quoth ranted reasoned rebuked related remonstrated
        reproved scoffed scolded screeched shrilled simpered sniffed snorted soliloquised
        spluttered sputtered stated stuttered summed taunted threatened urged whimpered winced
        yawned apologised apologized confided pointed opened reassured rallied allowed
        pondered deliberated quipped repeats asks replies cries answers
        """
    )
)
SAYING = frozenset(
    words(
        """
        saying muttering asking adding exclaiming crying replying calling shouting whispering
        murmuring answering
        screaming remarking repeating singing thinking telling inquiring growling declaring
        begging sobbing
        """
    )
)
THINK = frozenset(words("thought wondered mused reflected"))
ASKS = frozenset(words("asked inquired enquired demanded queried"))
TITLES_M = frozenset(
    words(
        "Mr Mr. Sir Lord Master Father Brother Uncle King Prince Duke Count Baron Monsieur M. "
        "Herr Captain Capt. Colonel Col. Major General Inspector Sergeant Lieutenant Squire "
        "Don Señor Emperor Earl Constable"
    )
)
TITLES_F = frozenset(
    words(
        "Mrs Mrs. Miss Ms Ms. Lady Madame Madam Mademoiselle Sister Aunt Queen Princess "
        "Duchess Countess Dame Señora Nurse Mother Granny"
    )
)
TITLES = frozenset(words("Dr Dr. Doctor Professor Prof. St. Judge Reverend Rev. President"))
ROLES_M = frozenset(
    words(
        """
        man boy gentleman father brother husband son uncle grandfather king prince lord lad
        fellow butler waiter
        coachman driver policeman constable sailor soldier captain colonel major priest vicar
        monk wizard knight
        groom footman landlord nephew grandson stepfather dad papa guy sir old-man gardener baker
        butcher
        archdeacon bishop rector curate parson squire chancellor baron earl marquis admiral
        general corporal beadle bailiff boatswain sheriff headmaster schoolmaster sexton abbot
        friar count duke emperor tailor postman
        blacksmith farmer fisherman miller hunter
        """
    )
)
ROLES_F = frozenset(
    words(
        """
        woman girl lady mother sister wife daughter aunt grandmother queen princess maid
        housemaid nurse widow
        landlady niece granddaughter mum mamma mama witch housekeeper governess waitress duchess
        madam nun countess baroness matron abbess empress schoolmistress chambermaid spinster
        stepmother actress hostess bride
        """
    )
)
ROLES = frozenset(
    words(
        """
        doctor inspector detective professor teacher child stranger visitor client companion
        friend secretary
        servant clerk manager officer judge lawyer captain pilot assistant neighbour neighbor
        master cook student
        dean surgeon attorney mate gaoler jailer warden keeper magistrate undertaker tutor
        lieutenant commander chief dentist physician chemist barman innkeeper hermit pirate
        pupil agent reporter editor guard sergeant baby voice cousin host guest prisoner
        passenger engineer
        shopkeeper merchant coroner banker nobleman messenger porter youth youngster speaker
        narrator stationmaster
        """
    )
)
GIVEN_M = frozenset(
    words(
        """
        Adam Albert Alexander Alfred Algernon Ambrose Andrew Anthony Archibald Archie Arthur Basil
        Benjamin Ben Bernard Bertie Bertram Bill Billy Bob Cecil Charles Charley Charlie
        Christopher Clarence Clive Cyril Daniel Danny David Dick Edgar Edmund Edward Edwin Eric
        Ernest Ethan Eugene Felix Francis Frank Fred Freddy Frederick Geoffrey George Gerald
        Gilbert Godfrey Gregory Guy Harold Harry Henry Herbert Horace Howard Hubert Hugh
        Humphrey Isaac Jack Jacob James Jasper Jeremy Jerry Jim Jimmy Joe John Johnny Jonathan
        Joseph Julius Laurence Lawrence Leonard Lewis Louis Luke Mark Martin Matthew Maurice
        Michael Mike Ned Neville Nicholas Noah Norman Oliver Oscar Oswald Patrick Paul Percy Peter
        Philip Ralph Raymond Reginald Reuben Richard Rob Robert Robin Roger Roland Ronald
        Rupert Sam Samuel Sherlock Sidney Silas Simon Stephen Steve Teddy Thomas Timothy Tim Tom
        Tommy Tony Vincent Walter Will William Willie
        """
    )
)
GIVEN_F = frozenset(
    words(
        """
        Ada Adelaide Adele Agatha Agnes Alice Amelia Amy Ann Anna Anne Annie Augusta Barbara
        Beatrice Becky Belinda Bella Bertha Bessie Beth Betsy Betty Bridget Caroline Catherine
        Cecilia Celia Charlotte Clara Clarissa Constance Cora Cordelia Daisy Deborah Diana Dinah
        Dolly Dora Doris Dorothea Dorothy Edith Eleanor Eliza Elizabeth Ella Ellen Elsie Emily
        Emma Esther Ethel Eva Evelina Evelyn Fanny Flora Florence Frances Gertrude Grace Gwendolen
        Hannah Harriet Helen Henrietta Hester Hilda Honoria Ida Irene Isabel Isabella Jane Janet
        Jemima Jennie Jenny Jessie Joan Josephine Judith Julia Juliet Kate Katharine Katherine
        Kathleen Kitty Laura Lavinia Letty Lily Lizzie Lizzy Lottie Louisa Louise Lucy Lydia
        Mabel Madeline Maggie Margaret Maria Marian Marianne Marilla Marion Martha Mary Matilda
        Maud May Meg Mildred Millicent Milly Minnie Miranda Miriam Molly Muriel Nancy Nellie Nelly
        Nora Olive Olivia Patty Peggy Penelope Phoebe Polly Priscilla Rachael Rachel Rebecca
        Rosa Rosalind Rosamond Rose Ruth Sally Sarah Selina Sibyl Sophia Sophie Stella Susan
        Susanna Sylvia Theresa Ursula Victoria Violet Virginia Winifred
        """
    )
)
SHORT = dict(
    pair.split(":")
    for pair in words(
        """
        Archie:Archibald Becky:Rebecca Ben:Benjamin Bess:Elizabeth Bessie:Elizabeth
        Beth:Elizabeth Betsy:Elizabeth Betty:Elizabeth Eliza:Elizabeth Lizzie:Elizabeth
        Lizzy:Elizabeth Bill:William Billy:William Will:William Willie:William Bob:Robert
        Rob:Robert Charley:Charles Charlie:Charles Danny:Daniel Dick:Richard Dolly:Dorothy
        Fred:Frederick Freddy:Frederick Harry:Henry Jack:John Johnny:John Jim:James
        Jimmy:James Joe:Joseph Kate:Catherine Kitty:Catherine Lottie:Charlotte
        Maggie:Margaret Meg:Margaret Peggy:Margaret Mike:Michael Molly:Mary Polly:Mary
        Nellie:Ellen Nelly:Ellen Ned:Edward Teddy:Edward Sally:Sarah Sam:Samuel Steve:Stephen
        Tim:Timothy Tom:Thomas Tommy:Thomas Tony:Anthony
        """
    )
)
"""Short forms of given names."""
PLACES = frozenset(
    words(
        "Abbey Alley Avenue Bank Bay Bridge Castle Church Club Company Cottage Court Farm Garden "
        "Gardens Hall Hill Hotel House Inn Island Lane Lodge Office Park Place Road Row School "
        "Society Square Station Street Terrace Theatre Town University Villa"
    )
)
"""What ends a name of a place."""
NO_NAME = frozenset(
    words(
        """
        I The A An And But Or So If In On At It He She They We You His Her Their Its My Our Your
        This That These
        Those There Then When Where What Who Why How Which While As After Before Of To For From
        By With Without
        Not No Yes Oh Ah Well Now Just Never Even Only Some All Both Each Every One Two Three
        Four Five Six Seven
        Eight Nine Ten Once Here Perhaps Suddenly Still Yet Again Too Very More Most Such Let
        Come Go Do Did Does
        Have Had Has Is Are Was Were Be Been Will Would Shall Should Can Could May Might Must
        Monday Tuesday
        Wednesday Thursday Friday Saturday Sunday January February March April May June July
        August September
        October November December Christmas God Heaven Lord English French German Latin London
        England Paris
        Street Road Chapter Good Dear Thank Please Nothing Something Everything Everybody Nobody
        Somebody Someone
        Anyone Indeed Certainly Quite Really Hardly Down Up Out Over Under Into Upon Another
        Other Nor Though
        Although Because Since Until Till Meanwhile However Therefore Hush Hullo Hello Pray Alas
        Mine Ours Half
        First Second Third Last Next Look Listen Stop Wait See Yours
        """
    )
)
"""What begins with a capital and is nobody."""
NUMBERS = frozenset(words("Will May Two Three Four Five Six Seven Eight Nine Ten"))
"""Which may be names too, where somebody so called is said to speak."""
LOCAL = frozenset(
    words(
        "at in on from to with by of into upon towards toward after before behind near for "
        "about against between under over"
    )
)
"""Behind these stands who something is done to."""

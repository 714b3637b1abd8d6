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
        hollered wailed
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
        madam nun
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
        pupil agent reporter editor guard sergeant baby voice cousin host guest prisoner
        passenger engineer
        shopkeeper merchant coroner banker nobleman messenger porter youth youngster speaker
        narrator stationmaster
        """
    )
)
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
NUMBERS = frozenset(words("Two Three Four Five Six Seven Eight Nine Ten"))
"""Which may be names too, where somebody so called is said to speak."""
LOCAL = frozenset(
    words(
        "at in on from to with by of into upon towards toward after before behind near for "
        "about against between under over"
    )
)
"""Behind these stands who something is done to."""

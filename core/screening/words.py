"""Word lists for the name check in ``core.screening``: plain data, all in lower case.

The given names are the common ones in Sweden among living bearers, of Swedish and of
immigrant origin. A list can only catch what stands in it; the check is a soft warning.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


GIVEN_NAMES = _words(
    """
    abbas abbe abdi abdallah abdirahman abdul abdullah abdullahi abraham abshir adam adele
    adnan adrian agata agda agnes agneta agnieszka ahmad ahmed aida aisha aishe akram albert
    albin aleksandra aleksander alex alexander alexandra alexei alfred ali alice alicia alina
    alma alva alvar alvin amal amanda amanuel amelia amin amina amir amira amran anas anders
    andrea andreas andrei andrzej anette angelica anita anja ann anna anne anneli annelie
    annette annie annika anton antonia ante arash arman arne aron arthur artur arvid asad asha
    asli asma astrid aster august augustin aurora axel aya ayan ayse ayman ayub azad azra
    barbara basel bashir basma beatrice behnam bengt benjamin berit bernt bert bertil biniam
    birger birgit birgitta bisrat blerim bodil boris bosse brita britt britta börje camilla
    carin carina carl carlos carola caroline casper catarina catharina cecilia charlie
    charlotta charlotte christel christer christian christina christine christoffer claes claudia
    conny cornelia dalia dana daniel daniela danuta dariusz david dawit dejan denise dennis
    derya diana dilan diyar doris dragan ebba ebbe eden edina edith edvin edward egon einar
    elena eleonor elias elif elin elina elisabet elisabeth elise elizabeth ella ellen ellinor
    elliot elof elsa elsie elvira emanuel emelie emil emilia emina emine emma emmy enes erik
    erika erland ernst esayas estelle ester esther eva evelina evert ewa fabian fadi fadumo
    faduma fahad faisal farah farhad farid farzaneh fatemeh fatima fatma fatme fatou fatuma
    felicia felix ferdinand filip filippa filmon folke frank frans fredrik fredrika freja
    freweini frida fritz gabriel gabriella george georg gerd gerda gerhard ghada gholam goran
    greta gudrun gull gullan gun gunborg gunhild gunilla gunnar gunnel gunvor gustaf gustav
    göran gösta habib habiba hadi hadja haidar halil halima hamid hamza hana hanan hanna hannah
    hannes haben harald harriet harry hasan hassan hawa hedda hedvig helen helena helene helga
    helge helin henning henric henrik henry herbert herman hibo hilal hilda hilma holger hoda
    hugo husein hussein ibrahim ida idris ifrah ilhan ilse imran ines inga inge ingeborg
    ingegerd ingela ingemar inger ingmar ingrid ingvar irena irene irina isa isabella isabelle isak
    ismail ivan ivana ivar iwona jack jacob jakob jamal jamila jana jane janne jannik jasmin
    jasmina jasmine javad jeanette jennie jenny jens jerker jerzy jessica jesper jim jimmy joakim
    joanna joel johan johanna johannes john johnny jon jonas jonathan jonna jonny josef josefin
    josefine joseph josip juan julia julian julius jussi jörgen kaisa kajsa kamal kamil karim
    karin karl karolina kasper katarina katarzyna katja kenneth kenny kent kerstin kevin khadija
    khadra khaled khalid kidane kim kjell klas knut konrad krister kristian kristin kristina
    kristoffer krzysztof kurt laila lamin lara lars lasse latifa leif leila lena lennart leo
    leon leyla liam liban lillemor lilly lina linda linn linnea linnéa linus lisa lisbet lisbeth
    lise liselott liselotte lotta louise lova lovisa lucas ludvig luis luka lukas lukasz luna
    luul lydia maciej madeleine magdalena magnus mahad mahamed mahdi mahmoud maja malek malgorzata
    malik malin mansour marcus margareta margit margita margot maria mariam mariana marianne
    marie marika marina mario marita marjan marko markus marta martin martina marwa maryam
    mateusz mathias mathilda mats mattias matilda maud maximilian mehdi mehmet mehrdad melissa
    melker merhawi meron meseret mia michael michaela michal michel miguel mihai mika mikael
    mike mila milad milan milena milica milla milo milos mina minna mira miriam mirjana mirza
    mohamad mohamed mohammad mohammed mohsen moa mona monica monika morgan morteza mostafa muhammad
    muhammed muna murat mustafa märta måns nada nadia nadja naima najib naser nasra nasrin natalia
    natalie nathalie nazanin nebojsa negin nellie nelly nenad nermin nevena nicklas niclas nicole
    niklas niko nikola nikolaj nils nina niyazi noah noel noor nour olga olivia olle olof ola
    omar omid osama osman oskar oscar osvald ove patrick patricia patrik paul paula paulina pauline
    pedram peder pelle pernilla peter petra petter philip pia pierre piotr pontus rabia
    rachel rafael ragnar ragnhild rahma rahel rami ramin rana rania rasmus rashid raul rebecca
    rebecka reem reidar reza rezene riad ricardo rickard rikard rita robel robert roberto robin
    roger roland rolf ronja ronny rosita roza roy ruben rune ruth saad saba sabina sabrina sadia
    safiya sahar sahra said saida salah saleh salem salim salma salomon sam samantha samer sami
    samir samira samuel sandra sanja sanna sara sarah saman samsam sebastian seid selam selma
    semir senait serkan shahin shabnam shirin sigge sigrid sigvard simon simone siri sivert
    slavica sofia sofie solveig sonja sophia sophie stanislav stefan stella stellan stephanie
    stina sture sulejman suleyman sune susanna susanne suzana svante svea sven svetlana sylvia
    tamara tanja tarek tariq tekle tatjana teodor teresa tesfay therese thomas tilda tilde tina
    tobias tom tomas tomasz tommy tony torbjörn tord torgny torsten tove tuva tuula tyra tyrone
    ulf ulla ulrica ulrika ulrik uno urban urszula valentin valter vanja vanessa vendela vera
    veronica veronika victor victoria viktor viktoria vilgot vilhelm vilma vincent viveka vivianne
    vladimir wael walid walter wiktor wilhelm wilma william xavier yasin yasmin yasmine yasser
    yishak yohannes yonas yosef younes yousef youssef yusuf yvonne zahra zainab zakaria zara zeinab
    zelal zeynep ziad zlatan zlatko zoran zuzanna åke åsa örjan östen
    """
)

# Names that are also words: at the start of a sentence they need a surname.
AMBIGUOUS_AT_START = _words(
    "alf björn bo dag dan frank gull hana hans hawa isa jan jo klara linn luna mark milo noor per "
    "roy saba said stella sten stig sören tage tim tom uno"
)

# Names that are also places, days, books or everyday words: they always need a surname.
NEEDS_SURNAME = _words(
    "alba april august can eden iris juni liv lo love lucia lyra maj max my nora saga salem "
    "sol tor urban vilja viola"
)

# Capitalised words that are never a surname after a given name.
NOT_SURNAMES = _words(
    """
    måndag tisdag onsdag torsdag fredag lördag söndag januari februari mars april maj juni juli
    augusti september oktober november december jan feb mar apr jun jul aug sep okt nov dec
    monday tuesday wednesday thursday friday saturday sunday january february march may june
    july october
    vi ni du de den det han hon hen man jag och men när nästa ingen alla från till med utan efter
    före tack hej fika hinder beslut lärdom fungerade intressen lyckat delvis kontakt ring ringer
    näcken studion skrivarrummet datasalen tidningshörnan hörsalen svartåbiblioteket biblioteket
    bibliotek stadsbiblioteket tallkottens tisdagsgruppen onsdagsgruppen fikagruppen portgruppen
    morgongruppen förmiddagsgruppen läsgruppen datagruppen skrivarna tallarna torsdagsresan
    örebro stockholm göteborg malmö uppsala sverige svenska vägval solrosgårdens härbärget
    dagcentret kvinnojouren lärcentrum vuxenenheten stödboendet klubbhuset utslussteamet
    """
)

# Authors, figures and titles that people come to a library for; a book title is not a leak.
FAMOUS = frozenset(
    {
        "agatha christie", "alex schulman", "alfons åberg", "alice i underlandet",
        "anna karenina", "astrid lindgren", "august strindberg", "bodil malmsten",
        "camilla grebe", "camilla läckberg", "elsa beskow", "emil i lönneberga",
        "fredrik backman", "gustaf fröding", "göran tunström", "hans och greta", "hans rosling",
        "harry martinson", "harry potter", "henning mankell", "hjalmar söderberg",
        "håkan nesser", "jan guillou", "jane eyre", "jo nesbø", "johannes anyuru",
        "jonas gardell", "jonas hassen khemiri", "karin boye", "karin smirnoff",
        "karl ove knausgård", "kerstin ekman", "liza marklund", "martin widmark",
        "mikael niemi", "moa martinson", "per anders fogelström", "per olov enquist",
        "peter pan", "pippi långstrump", "robinson crusoe", "romeo och julia",
        "ronja rövardotter", "sara lidman", "sara stridsberg", "selma lagerlöf", "sofi oksanen",
        "stieg larsson", "sven nordqvist", "sven wollter", "tomas tranströmer",
        "torgny lindgren", "tove jansson", "ulf lundell", "ulf stark", "vilhelm moberg",
    }
)  # fmt: skip

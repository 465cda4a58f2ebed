package history

import (
	"strings"
	"sync"
)

// wordSet builds a set when it is first asked for, so that starting the program
// costs nothing.
func wordSet(lists ...string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, list := range lists {
			for word := range strings.FieldsSeq(list) {
				set[word] = true
			}
		}
		return set
	})
}

// sharedLocals are mailboxes and accounts that belong to a role or a machine.
var sharedLocals = wordSet(roles, `
	noreply no-reply no_reply donotreply do-not-reply you your youremail your.email your_email your-email yourname
	your.name your_name username user.name email.address my.email name firstname.lastname prenom.nom first.last
	john.doe johndoe jane.doe janedoe toto foo bar foobar example exemple sample
	ec2-user www-data git-user root`)

// genericWords are names that nobody has. A name made of nothing else says
// nothing.
var genericWords = wordSet(roles, `
	your you name my the an of to last first full firstname lastname fullname prenom nom votre mon username email
	mail cloud ec2 default system superuser super machine desktop laptop macbook pc mac windows linux
	doe author auteur committer contributor contributeur example exemple sample foo bar foobar toto github
	noreply reply change me myself some someone somebody localhost local org core www`)

// roles are words for functions, services and system accounts.
const roles = `
	root admin administrator administrateur administratrice adm sysadmin dev devs devel develop developer developers
	developpeur developpeurs developpement devops ops user users utilisateur ubuntu debian centos fedora rocky vagrant docker
	contact info infos information team teams equipe equipes support help helpdesk aide webmaster postmaster
	hostmaster nobody anonymous anonyme unknown inconnu none null undefined jenkins gitlab ci cd deploy deployer
	deployment build builder runner apache nginx service services office accueil secretariat sales security
	securite it dsi data projet project default pi guest invite student stagiaire test tester tests testing
	action actions bot web hosting server serveur worker production prod staging postgres mysql oracle jupyter
	rstudio airflow dataiku bitnami azureuser opc ansible terraform app application tech technique si codespace
	gitpod node coder`

// weakLocals are mailboxes that people give themselves at a domain of their
// own: good to tell that two identities are one, too common to be a handle.
var weakLocals = wordSet(`
	mail mails email me moi mailbox git github gitlab bitbucket hello bonjour hi hey pro perso private log logs
	code coding coder work home spam lists list mailing inbox geek web webdev public opensource oss hacker sendmail
	contacts post message`)

// compoundSeconds follow Jean, Marie or Anne in one first name.
var compoundSeconds = wordSet(`
	baptiste pierre paul francois michel marc luc louis philippe christophe charles claude jacques yves sebastien
	noel guillaume rene marie loup remi laure christine helene anne therese france line noelle eve ange odile jose
	louise charlotte caroline lou amelie cecile agnes sophie claire gaelle lise sylvie emmanuel david daniel`)

// firstNames are common in France and in English-speaking projects, accents
// folded. A single word among them names more than one person.
var firstNames = wordSet(`
	aaron abdel abdelkader abdoulaye adam adel adele adrian adrien adrienne agathe agnes ahmed aissa alain alan alba
	albert alberto alec alex alexander alexandra alexandre alexia alexis alfred ali alice alicia aline alison alix
	allan amandine amaury ambre ambroise amelie amin amina amine anais anas andre andrea andreas andrei andrew andy
	ange angela angele angelique anissa anita ann anna annabelle anne annick annie anouk anthony antoine antoinette
	antonia antonin antonio apolline ariane ariel armand armelle arnaud arthur artur asma astrid aubin aude audrey
	augustin aurelia aurelie aurelien aurore axel axelle aymeric ayoub baptiste barbara bart basile bastien beatrice
	ben benedicte benjamin benoit berenice bernadette bernard bertrand bilal blaise blanche bob boris brandon brian
	brice brigitte bruno bryan camille candice carine carl carla carlos carole caroline cassandre catherine cecile
	cecilia cedric celeste celia celine chaima chantal charlene charles charlie charlotte chloe chris christelle
	christian christiane christina christine christoph christophe christopher cindy claire clara clarisse claude
	claudia claudine clea clelia clemence clement clementine cloe clotilde colette colin coline constance constantin
	coralie corentin corinne cristian cristina cynthia cyprien cyril cyrille dalila damien dan daniel daniela
	daniele danielle danny daphne dave david deborah delphine denis denise deniz diana diane didier diego dimitri
	dimitrios djamel dominic dominique donovan dorian doriane dorothee douglas dylan ed eddy edgar edith edmond
	edouard edward edwige elea eleonore elena eliane elias elie eliot elisa elisabeth elise elizabeth ella elodie
	eloise elsa elvire emeline emeric emeline emil emile emilie emilien emily emma emmanuel emmanuelle enora enzo
	eric erica erik ernest erwan erwin esteban estelle esther ethan etienne eugene eugenie eva evan eve evelyne
	ewan ewen fabian fabien fabienne fabio fabrice fanny fares farid fatima fatou felix ferdinand fernand fernando
	filip fiona flavie flavien flora floran flore florence florent florian florie fouad france frances francesco
	francis francisco franck francois francoise frank fred frederic frederick frederique gabin gabriel gabriela
	gabriele gabrielle gael gaelle gaetan gaspard gaston gauthier gautier genevieve geoffrey geoffroy george georges
	gerald geraldine gerard germain ghislain gilbert gildas gilles giovanni gisele giulia glenn gonzague gordon
	goulven graham greg gregoire gregory guilhem guillaume gustave guy gwenael gwenaelle gwendoline hadrien hakim
	hamza hans harold harry hassan hector helena helene heloise henri henriette henry herve hicham hippolyte honore
	hortense houda hubert hugo hugues ian ibrahim idriss ilan ilyas ilyes imane ines ingrid irene iris isaac
	isabelle isabel isaline ismael ivan jack jacky jacob jacqueline jacques jade jake jalil james jamila jan jana
	jane janine jason jay jean jeanne jeannine jeff jennifer jeremie jeremy jerome jess jessica jessy jim joachim
	joan joanna joao jocelyn jocelyne joe joel joelle joey johan johann johanna johannes john johnny jon jonas
	jonathan jordan jorge jose joseph josephine josh joshua josiane josselin josquin juan jude judith jules julia
	julian juliana julie julien juliette julius justin justine kamel karen karim karima karin karine karl kate
	katherine kathleen katia kelly ken kevin khadija khaled killian kim kristof kyle laetitia laila lara laszlo
	laura laure laureen laureline laurence laurene laurent laurette laurie laurine lea leandre leila lena leo
	leon leonard leonie leonor leopold leslie leticia lewis liam lila lilian liliane lina linda lisa lise lisette
	loic lola lorenzo loris lou louis louise luc luca lucas lucie lucien lucile lucille lucy ludivine ludovic
	luis luka lukas luke lydia lydie lyes mael maelle maeva magali magalie malek malik manon manu manuel marc
	marcel marcelle marco marcos marcus margaux margot marguerite maria mariam mariana marianne marie marielle
	marin marina marine mario marion marius marjorie mark marlene martha marthe martial martin martina martine
	marwan mary maryam maryline maryse mat mateo mathias mathieu mathilde mathis mathurin matt matteo matthew
	matthias matthieu maud maurice max maxence maxime maximilien may maya mehdi melanie melina melissa melodie
	mia michael michaela michel michele micheline michelle mickael miguel mike mikael milan mireille mohamed
	mohammed moise mona monica monique morgan morgane mourad moussa muriel mustapha mylene myriam nabil nadege
	nadia nadine naima najib nancy naomi nasser natacha natalia natalie nathalie nathan nathanael ned neil nele
	nicholas nick nico nicola nicolas nicole nils nina noa noah noe noel noelle noemie nora norbert norman nour
	oceane octave odette odile olaf oleg olga olive oliver olivia olivier omar ondine ophelie oriane oscar
	oskar othmane otto owen pablo paco pascal pascale pascaline patricia patrice patrick paul paula paulette
	paulin pauline pedro perrine peter petra phil philemon philip philippe philippine pier pierre pierrick
	priscilla quentin rachel rachid rafael raja ralph raoul raphael raphaelle ravi raymond rebecca regine regis
	reine remi remy renaud rene renee ricardo richard rim rita riwan rob robert roberto robin rodolphe rodrigo
	roger roland romain roman romane romeo romuald ronald ronan rosa rosalie rose roxane roy ruben rudy russell
	ryan sabine sabrina said salim sally salome sam samia samir sammy samuel samy sandra sandrine sandy sara
	sarah sasha scott sean seb sebastian sebastien selim selma serge sergio severine sharon sheila shirley sibylle
	sidonie silvia simeon simon simone sofia sofiane soizic solange solene sonia sophia sophie soraya stan
	stanislas stefan stefano stella steph stephan stephane stephanie stephen steve steven stuart sue suzanne
	swann sylvain sylvaine sylvestre sylvia sylviane sylvie tamara tangi tania tanguy tara tarek ted teddy teo
	teresa tess thais thea theo theodore theophile therese thibaud thibault thibaut thierry thiery thomas tiffany
	tim timothe timothee timothy tina tiphaine titouan tobias tom tommy tony toussaint tristan ugo ulysse
	valentin valentina valentine valere valeria valerie valery vanessa vera veronique vianney vic victoire victor
	victoria vincent violaine violette virgile virginie vivian viviane vivien vladimir walid walter wassim wendy
	wilfried will william willy xavier yacine yael yan yanis yann yannick yasmina yasmine yassine yohan yohann
	yoann youcef youssef yves yvette yvon yvonne zach zara zineb zoe`)

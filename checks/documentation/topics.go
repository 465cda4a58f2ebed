package docs

import (
	"strings"
	"sync"
	"unicode"

	"github.com/perenne-audit/perenne/internal/document"
)

// topic is what a section is about, told by its heading.
type topic string

const (
	purpose      topic = "purpose"
	install      topic = "install"
	usage        topic = "usage"
	contact      topic = "contact"
	people       topic = "people"
	licence      topic = "licence"
	contributing topic = "contributing"
	development  topic = "development"
	deployment   topic = "deployment"
	operations   topic = "operations"
	architecture topic = "architecture"
	contents     topic = "contents"
	elsewhere    topic = "elsewhere"
)

// vocabulary gives the words of headings, in both languages, without accents.
// A phrase counts when its words follow each other in the heading; after "=", when
// the heading says nothing else.
var vocabulary = map[topic]string{
	purpose: `about|a propos|presentation|introduction|objectif|objectifs|but|contexte|context|description|overview|vue d ensemble|
		pourquoi|why|what is|what it is|qu est ce|c est quoi|le projet|the project|goal|goals|purpose|resume|summary|abstract|
		fonctionnalites|features|argument|motivation|en bref|mission|background|presentation du projet|about the project`,
	install: `install|installer|installation|installing|installations|getting started|get started|demarrer|demarrage|prise en main|
		quick start|quickstart|lancer|lancement|launch|launching|setup|set up|setting up|mise en place|prerequis|pre requis|prerequisites|
		requirements|dependencies|dependances|running|run|en local|locally|local|build|building|compilation|compiler|pour commencer|premiers pas|
		first steps|comment lancer|how to run|start|starting|bootstrap|developpement local|technical dependencies`,
	usage: `usage|utilisation|utiliser|using|how to use|mode d emploi|comment utiliser|comment ca marche|exemple|exemples|example|examples|
		guide utilisateur|user guide|manuel|run|running|lancer|lancement|launch|launching|execution|executer|commandes|commands|demo|
		tutorial|tutoriel|cli|demarrer|demarrage|getting started|how it works|fonctionnement|quick start|quickstart|start`,
	contact: `contact|contacts|contactez|contacter|nous contacter|contact us|=support|getting support|get support|support technique|technical support|support and|support et|user support|support utilisateurs|=aide|=help|getting help|get help|need help|obtenir de l aide|aide et|help and|besoin d aide|assistance|
		feedback|signaler|issues|bugs|questions|une question|mainteneur|mainteneurs|mainteneuse|maintainer|maintainers|maintenance by|
		communaute|community|retours|nous ecrire|report a bug|keep in touch|referents|referent`,
	people: `auteur|auteurs|autrice|author|authors|equipe|team|credits|contributors|contributeurs|contributrices|qui sommes nous|who we are|
		about us|developers|developpeurs|remerciements|porteurs|partenaires`,
	licence: `licence|licences|license|licenses|licensing|copyright|droits d auteur|conditions d utilisation`,
	contributing: `contribuer|contribution|contributions|contributing|contribute|how to contribute|comment contribuer|pull request|
		pull requests|guide de contribution|participer`,
	development: `development|developpement|dev|develop|developing|developper|developers|developpeurs|hacking|tests|test|testing|docker|configuration|migrations`,
	deployment: `deploiement|deploiements|deployer|deployment|deployments|deploy|deploying|mise en production|mise en ligne|mise en service|=production|en production|
		hebergement|hosting|=livraison|mettre en production|going live|in production|=heroku|=scalingo|=clever cloud|=kubernetes|=helm|self hosting|
		production deployment|production setup|production server|serveur de production|production environment|environnement de production|
		installation serveur|server installation`,
	operations: `exploitation|runbook|runbooks|operations|operation|operational|ops|operating|maintenance|sauvegarde|sauvegardes|backup|backups|
		restauration|restore|recovery|plan de reprise|supervision|=monitoring|incident|incidents|astreinte|panne|pannes|depannage|troubleshooting|
		en cas de probleme|en cas de panne|=arret|arreter le service|arreter l application|redemarrage|redemarrer|restart|restarting|rollback|
		retour arriere|disaster recovery|maintien en condition operationnelle|mco|pca|pra|on call|=production|en production|in production`,
	architecture: `architecture|architectures|technical architecture|architecture technique|architecture logicielle|architecture overview|notes d architecture|
		documentation technique|technical documentation|technical overview|technical points|stack|stack technique|tech stack|
		technologies|composants|components|modele de donnees|data model|database model|schema|schemas|=structure|structure of|project structure|structure de l application|structure du code|structure des dossiers|structure du projet|
		structure du depot|code structure|organisation du code|organisation du depot|arborescence|project organization|repository structure|
		how it works|fonctionnement|comment ca marche|fonctionnement technique|conception|=design|technical design|software design|system design|internals|flux|data flow|diagram|diagramme|diagrammes|diagrams|vue technique|modules|pipeline`,
	contents:  `sommaire|table des matieres|table of contents|toc|contents|plan|index`,
	elsewhere: `documentation|doc|docs|wiki|liens|links|ressources|resources|voir aussi|see also|en savoir plus|learn more|guides`,
}

// phrases is the vocabulary, split: each phrase between spaces.
var phrases = sync.OnceValue(func() map[topic][]string {
	split := map[topic][]string{}
	for t, list := range vocabulary {
		for phrase := range strings.SplitSeq(list, "|") {
			phrase = " " + strings.TrimSpace(phrase) + " "
			split[t] = append(split[t], strings.Replace(phrase, " =", "= ", 1))
		}
	}
	return split
})

// about reports whether a heading names the topic.
func about(heading string, t topic) bool {
	if strings.Contains(heading, "_") && !strings.ContainsAny(strings.Trim(heading, "_* "), " \t") && strings.ToUpper(heading) == heading {
		return false // the name of a setting: SCHEMA_URL
	}
	words := " " + plain(heading) + " "
	// A heading as long as a sentence names nothing.
	if strings.Count(words, " ") > maxHeadingWords {
		return false
	}
	for _, phrase := range phrases()[t] {
		if whole, only := strings.CutPrefix(phrase, "="); only && words == whole || !only && strings.Contains(words, phrase) {
			return true
		}
	}
	return false
}

const maxHeadingWords = 16

// letters maps accented letters to plain ones.
var letters = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i",
	"ô", "o", "ö", "o", "ù", "u", "û", "u", "ü", "u", "œ", "oe")

// plain is a text in lower case, without accents and punctuation, one space
// between words.
func plain(s string) string {
	s = letters.Replace(strings.ToLower(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// words counts the words of prose in sections.
func words(sections []document.Section) int {
	n := 0
	for _, s := range sections {
		n += wordsIn(s.Text)
	}
	return n
}

func wordsIn(text string) int {
	n := 0
	for word := range strings.FieldsSeq(text) {
		if strings.IndexFunc(word, unicode.IsLetter) >= 0 {
			n++
		}
	}
	return n
}

func codeIn(sections []document.Section) int {
	n := 0
	for _, s := range sections {
		n += len(s.Code)
	}
	return n
}

// hasContent reports whether something stands under a heading.
func hasContent(sections []document.Section) bool {
	for _, s := range sections {
		if len(s.Code) > 0 || len(s.Links) > 0 || wordsIn(s.Text) >= 2 {
			return true
		}
	}
	return false
}

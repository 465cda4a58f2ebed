package datascience

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
)

var dataPipelineExplained = &audit.Check{
	ID: "data-pipeline-explained", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 14, Side: audit.Team,
	Kinds:  dataKinds,
	Source: "https://specs.frictionlessdata.io/table-schema/",
	Texts:  texts, Run: runDataPipelineExplained,
}

// dataKinds are what turns data into something else.
var dataKinds = []audit.Kind{audit.DataPipeline, audit.Notebook, audit.DataikuProject, audit.ShinyApp}

// aspect is one of the three things that whoever repairs a chain of processing
// must know.
type aspect uint8

const (
	// sources is where the data comes from.
	sources aspect = iota
	// dictionary is what its columns mean.
	dictionary
	// order is what is done to it, one step after the other.
	order
	aspects
)

// sign is one place that tells something about an aspect.
type sign struct {
	aspect aspect
	place  audit.Place
	// root is the deliverable that the place belongs to; what lies at the top
	// speaks for all of them.
	root string
}

// told is what is known of one deliverable: a place for each aspect, or nil.
type told struct {
	root  string
	signs [aspects]*sign
}

// runDataPipelineExplained judges every deliverable that processes data; the
// least explained one decides.
func runDataPipelineExplained(s *audit.Snapshot) audit.Verdict {
	signs := signsOf(s)
	var worst *told
	for _, d := range s.Deliverables {
		if !slices.Contains(dataKinds, d.Kind) {
			continue
		}
		t := &told{root: d.Root}
		for i, sign := range signs {
			if t.signs[sign.aspect] == nil && (sign.root == d.Root || sign.root == "") {
				t.signs[sign.aspect] = &signs[i]
			}
		}
		if worst == nil || t.count() < worst.count() {
			worst = t
		}
	}
	if worst.count() == 0 {
		if link, at, found := guide.Outside(s); found {
			return audit.PartlyMet("outside", "url", link).At(at)
		}
	}
	return worst.verdict()
}

func (t *told) count() int {
	n := 0
	for _, s := range t.signs {
		if s != nil {
			n++
		}
	}
	return n
}

// partial maps the aspects that are told, in their order, to the reason.
var partial = map[string]string{"s": "only-sources", "d": "only-dictionary", "o": "only-order", "sd": "no-order", "so": "no-dictionary", "do": "no-sources"}

func (t *told) verdict() audit.Verdict {
	var places []audit.Place
	letters := ""
	for i, s := range t.signs {
		if s == nil {
			continue
		}
		letters += string("sdo"[i])
		if !slices.Contains(places, s.place) {
			places = append(places, s.place)
		}
	}
	switch letters {
	case "":
		return audit.NotMet("absent", "folder", t.root)
	case "sdo":
		return audit.Met("explained", "path", places[0].Path).At(places...)
	}
	return audit.PartlyMet(partial[letters], "path", places[0].Path, "folder", t.root).At(places...)
}

// headings gives the words of headings about each aspect, in both languages and
// without accents. A phrase counts when its words follow each other in the
// heading; after "=", when the heading says nothing else.
var headings = [aspects]string{
	sources: `source de donnees|sources de donnees|sources des donnees|source des donnees|=sources|=source|origine des donnees|origine de la donnee|provenance|
		donnees brutes|donnees sources|donnees source|donnees importees|donnees en entree|donnees d entree|donnees utilisees|jeux de donnees|jeu de donnees|
		acces aux donnees|recuperation des donnees|recuperer les donnees|collecte|obtenir les donnees|telecharger les donnees|telechargement des donnees|
		importer les donnees|import des donnees|import de donnees|fichiers sources|fichiers en entree|=donnees|=les donnees|=inputs|=entrees|data source|data sources|
		input data|raw data|source data|dataset|datasets|data access|getting the data|get the data|obtain the data|obtaining the data|download the data|data download|
		data collection|data origin|=data|=the data|scraping`,
	dictionary: `dictionnaire|data dictionary|codebook|code book|modele de donnees|modeles de donnees|modele des donnees|data model|data models|schema de donnees|
		schema des donnees|schemas de donnees|schema de la base|data schema|database schema|description des variables|liste des variables|variables utilisees|
		variables d apprentissage|variables du modele|variables explicatives|description des colonnes|=colonnes|=columns|=champs|=fields|column descriptions|
		description des donnees|description of the data|data description|description des tables|documentation de la table|documentation des tables|=tables|
		data catalog|data catalogue|catalogue de donnees|catalogue des donnees|signification des|lexique|glossaire|glossary|nomenclature|nomenclatures|
		variables de sortie|donnees produites|format des donnees|format du fichier|format des fichiers|file format|=format excel|=format csv|=format json|data format|description of variables|variable descriptions`,
	order: `chaine de traitement|chaine de traitements|chaines de traitement|traitement des donnees|traitements|=traitement|processing steps|data processing|pipeline|pipelines|
		data flow|dataflow|data ingestion|ingestion workflow|ingestion pipeline|ingestion des donnees|flux de donnees|flux|lineage|=etl|etapes du traitement|etapes de traitement|=etapes|=les etapes|grandes etapes|ordre d execution|
		ordre des traitements|execution order|order of execution|enchainement|dag|dags|flow|flows|data workflow|algorithme|algorithmes|algorithm|methodologie|methodology|
		=methode|=methods|fonctionnement|comment ca marche|how it works|moteur de regles|pretraitement|preprocessing|nettoyage|data cleaning|data preparation|
		preparation des donnees|calcul du|calcul de|calcul des|architecture|faire tourner|lancer un modele|modelisation|entrainement|model training|training the model|
		processus|traitement quotidien|mise a jour des donnees|data update|updating the data`,
}

// setting are words of headings whose sections prepare a machine, or tell how
// people work together, whatever the headings below them are called.
var setting = []guide.Topic{guide.Install, guide.Contributing, guide.Licence, guide.Contact}

// phrasesOf splits a list of headings.
func phrasesOf(list string) []string {
	var phrases []string
	for phrase := range strings.SplitSeq(list, "|") {
		phrases = append(phrases, strings.TrimSpace(phrase))
	}
	return phrases
}

// about reports whether a heading, in plain words, holds one of the phrases.
func about(heading string, phrases []string) bool {
	if strings.Count(heading, " ") > maxHeadingWords {
		return false
	}
	padded := " " + heading + " "
	return slices.ContainsFunc(phrases, func(phrase string) bool {
		whole, only := strings.CutPrefix(phrase, "=")
		return only && heading == whole || !only && strings.Contains(padded, " "+phrase+" ")
	})
}

// maxHeadingWords is the length past which a heading is a sentence.
const maxHeadingWords = 12

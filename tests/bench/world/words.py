"""What is ordered, noted and done, by language: words that the project's own customers do not use."""

from __future__ import annotations

PRODUCTS = {
    "fr": (
        "Scie égoïne 550 mm|Marteau de charpentier|Cheville nylon Ø 8|Vis à bois 5 x 60|Équerre en acier"
        "|Mètre ruban 5 m"
        "|Colle à bois 750 g|Papier abrasif grain 120|Pince multiprise|Niveau à bulle 60 cm|Lame de rabot"
        "|Mèche béton 10 mm"
        "|Gants de manutention|Serre-joint 400 mm|Boîte à outils métal|Rallonge électrique 25 m|Perceuse à colonne"
        "|Burin plat 250|Truelle langue de chat|Seau de maçon|Tulipe perroquet|Oignon rosé de Roscoff|Haricot à rames"
        "|Laitue d'hiver|Semis de trèfle|Terreau à semis 40 l|Rosier grimpant|Échalote grise"
        "|Bêche à dents|Fève d'Aguadulce"
    ),
    "de": (
        "Möbelgriff Edelstahl|Topfscharnier 110°|Spanplattenschraube 4 x 35|Holzleim wasserfest|Schubladenführung 450"
        "|Einlassbeschlag links|Türband verzinkt|Schleifpapier Körnung 80|Buchenleiste 20 x 30|Kantenumleimer weiß"
        "|Bodenträger vernickelt|Schließblech kurz|Federscheibe M 6|Möbelrolle mit Bremse|Glashalter Messing"
        "|Lackstift Nussbaum|Zwinge 300 mm|Forstnerbohrer 26|Profilzylinder 30/35|Hobelmesser Paar|Dübel 8 x 40"
        "|Filzgleiter rund|Kabeldurchlass grau|Riegel schwarz|Eckverbinder breit"
    ),
    "es": (
        "Tubería de cobre 22 mm|Codo de latón|Válvula de esfera|Cemento rápido 5 kg|Ladrillo hueco doble"
        "|Pintura plástica mate"
        "|Guantes de nitrilo|Cinta aislante|Bombilla LED cálida|Grifo de jardín|Manguera reforzada|Brocha plana 50"
        "|Rodillo de lana|Teja curva roja|Yeso controlado|Bisagra de muñón|Tornillo cabeza gota|Arandela ancha"
        "|Vino tinto crianza|Aceite de oliva virgen|Vinagre de Jerez|Mosto blanco|Rosado de lágrima|Cuña de queso"
        "|Miel de romero|Pimentón dulce|Garbanzo pedrosillo|Añejo reserva"
    ),
    "en": (
        "Nitrile gloves, medium|Hand soap refill|Laundry bags, red|Bed sheets, single|Paper towels|Thickening powder"
        "|Batteries AA|Kettle descaler|Incontinence pads|Wheelchair cushion|Thermometer covers"
        "|Floor cleaner|Bin liners, clear"
        "|Non-slip mats|Plastic beakers|Light bulbs, warm|Notice board pins|Walking frame ferrules|Pillow, washable"
        "|Tea bags, decaf|Hearing aid tubing|Aprons on a roll|Surface wipes|Bath sling, large"
    ),
}
PARTS = (
    "Brake cable, rear|Inner tube 700 x 28|Chain, 9 speed|Spoke 264 mm|Crank bolt|Headset spacer"
    "|Saddle clamp|Cassette 11-32"
    "|Jockey wheel|Quick release skewer|Bar tape, black|Mudguard stay|Rim tape 18 mm|Bottle cage"
    "|Pedal, left|Derailleur hanger"
    "|Freehub body|Gear outer, 2 m|Disc rotor 160|Brake pads, organic|Stem cap|Tyre, folding|Valve cores|Axle nut"
)
WORK = (
    "Türantrieb eingestellt|Seile gefettet|Notruf geprüft|Leuchte im Schacht ersetzt|Bremse nachgestellt"
    "|Fangprobe durchgeführt"
    "|Taster 3. OG getauscht|Ölstand ergänzt|Führungsschuhe erneuert|Steuerung zurückgesetzt|Grube gereinigt"
    "|Türschwelle gereinigt|Lager gewechselt|Sensor ausgerichtet|Protokoll übergeben|Schütz ersetzt"
)
NOTES = {
    "fr": "Sonner chez le gardien|Livraison côté cour|Pas avant neuf heures|Prévenir la veille"
    "|Reprise des palettes vides"
    "|Merci de soigner l'emballage|Facture au siège|Fragile, ne pas gerber",
    "de": "Anlieferung über den Hof|Bitte vorher anrufen|Palette zurücknehmen|Schlüssel beim Pförtner"
    "|Nur vormittags liefern"
    "|Rechnung an die Zentrale|Nicht stürzen|Teillieferung möglich",
    "es": "Entregar por la puerta trasera|Llamar antes de venir|No apilar las cajas|Sólo por la mañana"
    "|Recoger envases vacíos"
    "|Factura a la oficina|Dejar en portería|Avisar al encargado",
    "en": "Leave in the boiler room|Ring the side bell|Short of two from last week|Stock almost gone"
    "|New resident on Monday"
    "|Keep back any shortages|Deliver to the kitchen door|As agreed by phone",
}
PLACES = {
    "fr": "Résidence des Tilleuls|Atelier nord|Gymnase municipal|Crèche Pasteur|Hangar B|Mairie annexe",
    "de": "Neubau Süd|Halle 4|Lager Ost|Rathaus",
    "es": "Nave central|Escuela de música|Reforma calle Sol|Almacén sur|Chalet Los Olmos",
    "en": "Main building|West wing|Stores",
}
UNITS = "each|box of 12|pack|roll|case|litre|dozen|pair|carton"
COMPANIES = {
    "fr": "Menuiserie {}|Garage {}|{} et fils|Ateliers {}|Couverture {}|Hôtel {}|SCI {}",
    "de": "Schreinerei {}|{} GmbH|Hausverwaltung {}|{} & Söhne|Autohaus {}|Gasthof {}|Klinik {}",
    "es": "Construcciones {}|Talleres {}|Hermanos {}|{} e hijos|Ferretería {}|Mesón {}|Reformas {}",
    "en": "{} Cycles|{} & Sons|The {} Bike Shop|{} Wheels Ltd|{} Hire",
}

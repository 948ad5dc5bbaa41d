/**
 * The emoji that people reach for, by group: each with its names, and after the bar further words to find it by, in
 * English and in German; a semicolon ends each. Loaded when somebody looks for one.
 */

export const EMOJI = [
  {
    key: 'faces',
    lines: `
😀 grinning|happy smile grinsen lachen; 😄 smile|happy lachen froh; 😁 grin|beaming strahlen
😆 laughing|haha lachen; 😅 sweat_smile|relief erleichtert; 😂 joy|tears laugh lachen tränen; 🤣 rofl|rolling laugh
🙂 slight_smile slightly_smiling_face|lächeln; 🙃 upside_down|kopfüber ironie; 😉 wink|zwinkern
😊 blush|happy lächeln; 😇 innocent|angel engel unschuldig; 🥰 smiling_hearts|love verliebt
😍 heart_eyes|love verliebt; 🤩 star_struck|wow begeistert; 😘 kissing_heart kiss|kuss; 😋 yum|tasty lecker
😛 stuck_out_tongue|zunge; 😜 stuck_out_tongue_wink|zunge zwinkern; 🤪 zany|crazy verrückt; 🤑 money_mouth|geld
🤗 hug hugging|umarmung; 🤭 hand_over_mouth|oops kichern; 🤫 shush|quiet leise psst; 🤔 thinking|hm nachdenken
🤐 zipper_mouth|secret geheim; 🤨 raised_eyebrow|doubt zweifel; 😐 neutral|face neutral
😑 expressionless|ausdruckslos; 😶 no_mouth|speechless sprachlos; 😏 smirk|schmunzeln; 😒 unamused|genervt
🙄 eye_roll roll_eyes|augenrollen; 😬 grimace|awkward; 🤥 lying|liar lüge; 😌 relieved|erleichtert
😔 pensive|sad traurig; 😪 sleepy|müde; 😴 sleeping|sleep schlafen; 😷 mask|sick krank maske
🤒 thermometer_face|sick krank fieber; 🤕 bandage|hurt verletzt; 🤢 nauseated|sick übel; 🤮 vomiting|sick
🤧 sneezing|cold niesen erkältet; 🥵 hot|heat heiß; 🥶 cold|freezing kalt; 🥴 woozy|dizzy; 😵 dizzy_face|schwindlig
🤯 exploding_head mind_blown|wow; 🤠 cowboy|hat; 🥳 partying partying_face|celebrate party feiern
😎 sunglasses cool|sonnenbrille; 🤓 nerd|glasses brille; 🧐 monocle|inspect prüfen; 😕 confused|verwirrt
😟 worried|besorgt; 🙁 frown slight_frown|sad traurig; 😮 open_mouth wow|überrascht; 😯 hushed|überrascht
😲 astonished|erstaunt; 😳 flushed|embarrassed verlegen; 🥺 pleading|please bitte; 😨 fearful|afraid angst
😰 anxious cold_sweat|angst; 😥 disappointed_relieved|sad; 😢 cry|sad weinen traurig; 😭 sob|cry weinen heulen
😱 scream|shock schreck; 😖 confounded|argh; 😞 disappointed|enttäuscht; 😓 sweat|schweiß; 😩 weary|tired müde
😫 tired|müde; 🥱 yawn|tired gähnen; 😤 triumph|huff; 😡 rage|angry wütend; 😠 angry|böse; 🤬 cursing|swear fluchen
😈 smiling_imp|devil teufel; 💀 skull|dead totenkopf; 💩 poop|shit kacke; 🤡 clown|clown; 👻 ghost|boo geist
👽 alien|ufo; 🤖 robot|bot roboter; 😺 smiley_cat|katze; 🙈 see_no_evil|monkey affe; 🙉 hear_no_evil|monkey affe
🙊 speak_no_evil|monkey affe; 🫡 salute saluting_face|yes sir gruß; 🫠 melting|face schmelzen; 🫣 peeking|peek`,
  },
  {
    key: 'people',
    lines: `
👍 thumbs_up +1 thumbsup|yes ok good ja daumen hoch gut; 👎 thumbs_down -1 thumbsdown|no bad nein daumen runter
👏 clap|applause bravo klatschen; 🙌 raised_hands hooray|hände hoch; 🙏 pray folded_hands thanks|please danke bitte
👋 wave|hello hi bye hallo tschüss winken; 🤝 handshake|deal hände einig; 💪 muscle strong|stark kraft
✌️ victory peace|frieden; 🤞 fingers_crossed|luck glück daumen drücken; 🤟 love_you|hand; 🤘 metal horns|rock
👌 ok_hand|perfect perfekt; 🤌 pinched_fingers|italian; 👈 point_left|links; 👉 point_right|rechts
👆 point_up_2|hoch oben; 👇 point_down|runter unten; ☝️ point_up|one eins finger; ✋ raised_hand hand|stop halt
🖐️ hand_splayed|five fünf; 🖖 vulcan|spock; ✊ fist|faust; 👊 punch fist_bump|faust; 🫶 heart_hands|love herz
✍️ writing_hand|write schreiben; 👀 eyes|look see schauen augen; 🧠 brain|smart gehirn; 👂 ear|hear hören
👶 baby|baby; 🧑 person|mensch; 🤦 facepalm face_palm|oh no; 🤷 shrug|dunno keine ahnung
🙋 raising_hand|me ich melden; 🙇 bow|sorry verbeugen; 🧑‍💻 technologist coder|developer entwickler computer
🧑‍🍳 cook chef|koch; 🧑‍🏫 teacher|lehrer; 🧑‍🔬 scientist|forscher; 🧑‍🚀 astronaut|space weltraum; 🕵️ detective|spy
👷 construction_worker|bau; 👮 police_officer|polizei; 🥷 ninja|ninja; 🧙 mage wizard|zauberer; 🧟 zombie|zombie
🏃 running run|laufen; 🚶 walking|gehen; 💃 dancer|dance tanzen; 🕺 man_dancing|dance tanzen; 🧘 lotus meditate|yoga
👥 people busts|group gruppe; 🫂 people_hugging|hug umarmung`,
  },
  {
    key: 'hearts',
    lines: `
❤️ heart|love red liebe herz rot; 🧡 orange_heart|love herz; 💛 yellow_heart|love herz gelb
💚 green_heart|love herz grün; 💙 blue_heart|love herz blau; 💜 purple_heart|love herz lila
🖤 black_heart|herz schwarz; 🤍 white_heart|herz weiß; 💔 broken_heart|gebrochen herz; ❤️‍🔥 heart_on_fire|passion
💕 two_hearts|love herzen; 💯 100|hundred perfect hundert; 💢 anger|wut; 💥 boom|explosion bumm; 💫 dizzy|star
💦 sweat_drops|water; 💨 dash|fast schnell; 💬 speech_balloon|talk chat sprechblase
💭 thought_balloon|think gedanke; 💤 zzz|sleep schlaf; ✨ sparkles|shiny glitzer neu; ⭐ star|stern
🌟 glowing_star|star stern; ⚡ zap lightning|blitz schnell; 🔥 fire|hot feuer
🎉 tada party_popper|celebrate party feier glückwunsch; 🎊 confetti|celebrate konfetti; 🎈 balloon|luftballon
🎁 gift present|geschenk; 🏆 trophy|win pokal sieg; 🥇 first_place gold_medal|win gold; 🥈 second_place|silber
🥉 third_place|bronze; 🎯 dart bullseye|target ziel treffer`,
  },
  {
    key: 'nature',
    lines: `
🐶 dog|hund; 🐱 cat|katze; 🐭 mouse|maus; 🐹 hamster|hamster; 🐰 rabbit|hase; 🦊 fox|fuchs; 🐻 bear|bär; 🐼 panda|panda
🐨 koala|koala; 🐯 tiger|tiger; 🦁 lion|löwe; 🐮 cow|kuh; 🐷 pig|schwein; 🐸 frog|frosch; 🐵 monkey|affe
🐔 chicken|huhn; 🐧 penguin|pinguin linux; 🐦 bird|vogel; 🦆 duck|ente; 🦉 owl|eule; 🐺 wolf|wolf; 🐴 horse|pferd
🦄 unicorn|einhorn; 🐝 bee|biene; 🐛 bug|käfer fehler; 🦋 butterfly|schmetterling; 🐌 snail|slow schnecke langsam
🐞 ladybug|marienkäfer; 🐜 ant|ameise; 🕷️ spider|spinne; 🐢 turtle|schildkröte; 🐍 snake python|schlange
🦖 dinosaur t_rex|dino; 🐙 octopus|krake; 🦀 crab rust|krabbe; 🐠 fish|fisch; 🐬 dolphin|delfin; 🐳 whale|wal
🦈 shark|hai; 🐘 elephant|elefant; 🦥 sloth|faultier; 🌵 cactus|kaktus; 🌲 tree evergreen|baum tanne
🌳 deciduous_tree|baum; 🌴 palm_tree|palme; 🌱 seedling|pflanze keim; 🍀 four_leaf_clover luck|glück klee
🍁 maple_leaf|herbst blatt; 🌸 cherry_blossom|blüte; 🌹 rose|rose; 🌻 sunflower|sonnenblume; 🌷 tulip|tulpe
🌍 earth world|erde welt; 🌙 moon crescent_moon|mond; ☀️ sun sunny|sonne; ⛅ partly_sunny|wolke; ☁️ cloud|wolke
🌧️ rain|regen; ⛈️ thunderstorm|gewitter; ❄️ snowflake|schnee; ⛄ snowman|schneemann; 🌈 rainbow|regenbogen
🌊 ocean|welle meer; 💧 droplet|wasser tropfen`,
  },
  {
    key: 'food',
    lines: `
🍏 green_apple|apfel; 🍎 apple|apfel; 🍐 pear|birne; 🍊 orange tangerine|orange; 🍋 lemon|zitrone; 🍌 banana|banane
🍉 watermelon|melone; 🍇 grapes|trauben; 🍓 strawberry|erdbeere; 🍒 cherries|kirschen; 🍑 peach|pfirsich
🥭 mango|mango; 🍍 pineapple|ananas; 🥝 kiwi|kiwi; 🍅 tomato|tomate; 🥑 avocado|avocado; 🥕 carrot|karotte
🌽 corn|mais; 🌶️ hot_pepper|chili scharf; 🥔 potato|kartoffel; 🍞 bread|brot; 🥐 croissant|frühstück
🥨 pretzel|brezel; 🧀 cheese|käse; 🥚 egg|ei; 🥓 bacon|speck; 🍔 hamburger burger|burger; 🍟 fries|pommes
🍕 pizza|pizza; 🌭 hotdog|wurst; 🥪 sandwich|brot; 🌮 taco|taco; 🥗 salad|salat; 🍝 spaghetti pasta|nudeln
🍜 ramen noodles|nudeln suppe; 🍣 sushi|sushi; 🍦 ice_cream|eis; 🍩 doughnut donut|donut; 🍪 cookie|keks
🎂 birthday cake|geburtstag kuchen torte; 🍰 shortcake|kuchen torte; 🍫 chocolate|schokolade; 🍬 candy|bonbon
🍿 popcorn|kino; ☕ coffee|kaffee tea tee; 🍵 tea|tee; 🥛 milk|milch; 🍺 beer|bier; 🍻 beers cheers|bier prost
🥂 champagne_glasses|cheers prost sekt; 🍷 wine|wein; 🍸 cocktail|drink; 🥃 whisky|whiskey
🍽️ plate dinner|essen lunch mittag`,
  },
  {
    key: 'things',
    lines: `
⚽ soccer football|fußball; 🏀 basketball|basketball; 🎾 tennis|tennis; 🏐 volleyball|volleyball
🏓 ping_pong|tischtennis; 🎳 bowling|bowling; 🎮 video_game|game spiel; 🎲 dice game_die|würfel spiel
🧩 puzzle|puzzle; 🎨 art palette|kunst farbe; 🎬 clapper movie|film; 🎤 microphone|mikrofon
🎧 headphones|kopfhörer musik; 🎵 musical_note music|musik note; 🎸 guitar|gitarre; 🎹 piano|klavier; 🚗 car|auto
🚕 taxi|taxi; 🚌 bus|bus; 🚲 bike bicycle|fahrrad; 🚂 train|zug bahn; ✈️ airplane plane|flugzeug
🚀 rocket ship_it|launch rakete; 🛸 ufo|ufo; ⛵ sailboat|boot segeln; ⚓ anchor|anker; 🏠 house home|haus zuhause
🏢 office|büro; 🏥 hospital|krankenhaus; 🏖️ beach vacation|urlaub strand; ⛰️ mountain|berg; 🏕️ camping|zelt
⌚ watch|uhr; 📱 phone mobile|handy telefon; 💻 laptop computer|rechner; ⌨️ keyboard|tastatur; 🖥️ desktop|monitor
🖨️ printer|drucker; 💾 floppy save|speichern; 📷 camera|foto kamera; 📹 video_camera|video; 📞 telephone|telefon
📺 tv|fernseher; ⏰ alarm_clock|wecker; ⏳ hourglass|wait warten sanduhr; 🔋 battery|akku; 🔌 plug|strom
💡 bulb idea|idee licht; 🔦 flashlight|taschenlampe; 🕯️ candle|kerze; 💰 moneybag money|geld; 💳 credit_card|karte
💎 gem|diamant; 🔧 wrench|tool werkzeug; 🔨 hammer|werkzeug; 🛠️ tools|werkzeug
⚙️ gear settings|zahnrad einstellung; 🧪 test_tube|experiment test; 🔬 microscope|mikroskop; 🔭 telescope|teleskop
💊 pill|medizin; 🩹 adhesive_bandage patch|pflaster; 🚪 door|tür; 🛏️ bed|bett; 🧹 broom cleanup|besen aufräumen
🧺 basket|korb; 🔑 key|schlüssel; 🔒 lock|schloss zu; 🔓 unlock|schloss offen; 📦 package box|paket; 📫 mailbox|post
✉️ envelope mail|brief; 📧 email|mail; 📝 memo note|notiz; 📅 calendar date|kalender termin
📈 chart_up|growth wachstum; 📉 chart_down|rückgang; 📊 bar_chart|statistik; 📋 clipboard|liste
📌 pushpin pin|anheften; 📎 paperclip|büroklammer anhang; 📏 ruler|lineal; ✂️ scissors|schere; 📁 folder|ordner
🗑️ trash wastebasket|müll papierkorb; 📚 books|bücher; 📖 book|buch lesen; 🔖 bookmark|lesezeichen
🔗 link|verknüpfung; 🧯 fire_extinguisher|feuerlöscher; 🪄 magic_wand|zauber; 🧭 compass|kompass`,
  },
  {
    key: 'signs',
    lines: `
✅ check white_check_mark done|yes ja fertig erledigt haken; ☑️ ballot_check|haken; ✔️ heavy_check_mark|yes ja
❌ x cross_mark|no nein falsch; ⛔ no_entry|stop verboten; 🚫 prohibited|no verboten; 🛑 stop_sign stop|halt
⚠️ warning|achtung warnung; ❗ exclamation|wichtig; ❓ question|frage; ‼️ bangbang|wichtig; ⁉️ interrobang|was
➕ plus|add; ➖ minus|weniger; ➡️ arrow_right|rechts; ⬅️ arrow_left|links; ⬆️ arrow_up|hoch; ⬇️ arrow_down|runter
🔄 arrows_counterclockwise refresh|neu laden; 🔁 repeat|wiederholen; ⏩ fast_forward|vor; ⏪ rewind|zurück
▶️ play|start; ⏸️ pause|warten; ⏹️ stop_button|halt; 🔝 top|oben; 🔜 soon|bald; 🆕 new|neu; 🆗 ok|gut
🆒 cool_button|cool; 🆓 free|frei; 🆘 sos help|hilfe; ℹ️ info|information; 🔢 numbers|zahlen; 1️⃣ one|eins
2️⃣ two|zwei; 3️⃣ three|drei; 4️⃣ four|vier; 5️⃣ five|fünf; 🔴 red_circle|rot; 🟠 orange_circle|orange
🟡 yellow_circle|gelb; 🟢 green_circle|grün; 🔵 blue_circle|blau; 🟣 purple_circle|lila; ⚫ black_circle|schwarz
⚪ white_circle|weiß; 🔔 bell|glocke; 🔕 no_bell|stumm; 🔇 mute|stumm leise; 🔊 loud_sound|laut; 📣 megaphone|ansage
🔍 mag search|suche lupe; ♻️ recycle|recycling; 🏁 checkered_flag finish|ziel; 🚩 triangular_flag flag|fahne
🏳️ white_flag|aufgeben; 🏳️‍🌈 rainbow_flag pride|regenbogen; 🏴‍☠️ pirate_flag|pirat
🇩🇪 flag_de|germany deutschland; 🇦🇹 flag_at|austria österreich; 🇨🇭 flag_ch|switzerland schweiz
🇪🇺 flag_eu|europe europa; 🇬🇧 flag_gb|britain england; 🇺🇸 flag_us|usa amerika; 🇫🇷 flag_fr|france frankreich
🇮🇹 flag_it|italy italien; 🇪🇸 flag_es|spain spanien; 🇳🇱 flag_nl|netherlands niederlande; 🇵🇱 flag_pl|poland polen
🇺🇦 flag_ua|ukraine ukraine`,
  },
];

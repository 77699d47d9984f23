namespace SwarmCompute.Trainer.Tales;

/// <summary>Tales of adventure and wit: wolves, wells, maps, lighthouses and swarms.</summary>
internal static class BoldPlots
{
    public static readonly Plot[] All =
    [
        new("a clever trick",
        [
            "A [greedy|hungry] wolf came to the valley. [Everyone locked the door.|Everyone was afraid to go out.] \"[Bring me food every day|Give me all your {food}],\" said the wolf, \"or I will eat you up.\"",
            "{H} was [small|not strong], but {he} was clever. {He} said to {f} the {fk}, \"[I have a plan|I am not going to run away]. [Trust me.|Will you help me?]\" {F} [was afraid, but {fhe} nodded|said yes with a shaking voice].",
            "That night {h} went to the wolf. \"[Dear wolf|Great wolf],\" {he} said, \"there is [another wolf|a bigger wolf] {s1}. [He says the valley belongs to him.|He says that you are weak.]\"",
            "\"[Show me!|Where is he?]\" roared the wolf. {H} led him [to the deep well|to the still pond]. The wolf looked down into the water, and there [another wolf looked back|was an angry face]. He [showed his teeth, and the other wolf showed his teeth|growled, and the other wolf growled].",
            "\nAt that moment {f}, who was hiding {s2}, [beat the drum|rang the bell|shouted as loud as {fhe} could]. The wolf thought a hundred wolves were coming. He [jumped up and ran away|ran over the hills] and [was never seen again|never came back].",
            "[The next day everyone danced in the street.|Everyone came out and cheered.] \"[How did you do it?|Were you not afraid?],\" asked {e}. [\"I was afraid,\" said {h}, \"but I had a friend and a plan.\"|\"A clear head is stronger than sharp teeth,\" said {h}.]",
        ]),
        new("a dry well",
        [
            "[One summer|One year] it did not rain at all. The [flowers|fields] turned brown, and the well was empty. [Everyone was thirsty.|The animals lay in the shade and waited.]",
            "\"[We must leave this place|There is no water left],\" said {e}. But {h} [did not want to leave|put {his} ear to the ground]. [\"I hear something,\" {he} said. \"Drip, drip.\"|Deep down {he} heard a soft sound, like a song.]",
            "\"[You are dreaming|That is only the wind],\" they said. Only {f} the {fk} believed {him}. \"[Then let us dig|Where shall we dig?],\" said {f}.",
            "\nThey dug {s1}. [The ground was as hard as stone.|First there was sand, then clay, then stone.] They dug on the first day, and there was nothing. They dug on the second day, and there was nothing. [Their hands hurt.|They were so tired that they could hardly stand.]",
            "On the third day, the others [saw how hard they worked and came to help|came with spades and buckets]. [Together they lifted a big stone.|One dug, one carried, one sang.] And then, cold and clear, the water came up!",
            "\n[They drank and laughed and splashed.|Everyone drank, the big ones and the small ones.] \"[You listened when nobody else did|You did not give up],\" said {e} to {h}.",
            "[They called it the well of {h}, and it never ran dry.|That evening the flowers lifted their heads.] [Listen well, and do not give up too soon.|And then, at last, it began to rain.]",
        ]),
        new("a treasure map",
        [
            "[In an old book|In a dusty box|Behind a loose stone], {h} found a map. It showed [a hill, a tree, and a red cross|a river, a rock, and a red cross]. \"A treasure!\" cried {h}, and ran to show {f} the {fk}.",
            "They packed [some {food} and a rope|a lantern and some {food}] and set off [at once|early in the morning]. First they [crossed the river on a log|walked through a dark tunnel]. Then they [climbed over sharp rocks|went through a field of thorns].",
            "[At the gate sat a crow. \"What goes up and never comes down?\" asked the crow. {H} thought. \"My age,\" {he} said, and the crow let them pass.|A grumpy troll sat on the path. {F} gave him some {food}, and he let them pass.|It began to rain, and they waited {s1}.]",
            "\nAt last they found the place with the red cross, {s2}. They dug and dug. [Clunk! There was a wooden box.|Then the spade hit a box.] {H} opened it with shaking hands.",
            "There was no gold inside. There was only [a letter and a handful of seeds|a small note]. It said, \"[Look up|Turn around and look].\" They looked, and [they could see the whole valley, the river and the sea, all golden in the evening sun|all around them stood trees full of ripe fruit].",
            "\n\"[It is so beautiful|That is the treasure],\" said {f}. They sat there and ate [until the stars came out|and did not say a word].",
            "[Then they put the map back, so that someone else could find it.|On the way home they were rich, though their pockets were empty.] [The best treasures cannot be carried home.|And the best part was that they had found it together.]",
        ]),
        new("the swarm of bees",
        [
            "{H} [watched|loved to watch] the bees {s1}. [They flew in and out all day.|They were never still.] \"[Who is their king?|Who tells them what to do?],\" {h} asked {e}.",
            "\"[Nobody|No one tells them],\" said {e}. \"[Each one does a small part|Every bee carries one drop]. [One drop is nothing, but ten thousand drops are a jar of honey.|Alone a bee can do little, but the swarm can do a lot.]\"",
            "[One night|One day in {season}], [a branch fell on the hive and broke it|the wind threw down the hive]. Many bees were [lost|hurt]. \"[Now it is over|They will never make honey again],\" said {f} the {fk}.",
            "\nBut {h} watched closely. When one bee [fell|grew tired], another took its place. [No one shouted and no one ran away.|Nothing was forgotten, for every bee knew a part of the work.] [By evening there was a small new comb.|In three days the hive was whole again.]",
            "{H} went to the village. \"[The big field is not ready, and it will soon rain|The roof of the barn is broken],\" {he} said. \"[No one can do it alone. Let us work like the bees!|Let each of us do one small part.]\"",
            "So {f} [carried water|brought a rope], {e} [brought tools|cooked {food}], and everyone [took one row|did one small thing]. When one was tired, another took over. [Before the rain came, it was done.|By sunset it was done.]",
            "\nThat evening they ate bread with honey. \"[Thank you, bees|To the swarm],\" said {h}. [Many small ones together are strong.|What is too heavy for one is light for a swarm.]",
        ]),
        new("the lighthouse",
        [
            "On a rock [in the sea|by the sea] stood a lighthouse, and {e} kept the light. Every night {ehe} climbed [a hundred steps|the long stairs] and lit the lamp. {H} often [came to visit|helped to carry the oil].",
            "[One night in {season}|One stormy night], {e} [was ill and could not get up|hurt {ehis} leg]. \"[The lamp!|Who will light the lamp?]\" {ehe} cried. \"[There are ships on the water tonight.|Without the light the boats will hit the rocks.]\"",
            "\"I will do it,\" said {h}. {He} [was afraid of the high stairs|had never done it alone], but {he} took the matches and climbed. [The wind screamed.|The steps were wet and dark.] [Ten steps, fifty steps, a hundred steps.|{He} did not look down.]",
            "At the top, [the first match went out|the wind blew out the first match]. The second match went out too. There was only one left. {H} [held {his} hands around it|turned {his} back to the wind] and [lit the lamp|touched it to the lamp]. Then a great light went out over the sea.",
            "\nFar away on a boat, {f} the {fk} saw it. \"[There is the light!|Turn left!]\" {fhe} cried, and the boat [came safely around the rocks|sailed safely home].",
            "In the morning {f} [came up the path|knocked at the door] with {gift}. \"[Who lit the lamp last night?|I want to thank the keeper of the light],\" said {f}. {E} pointed at {h}.",
            "\n{H} [turned red and smiled|was {feeling}]. [One small light can save a great ship.|From then on there were two keepers of the light.|After that, {h} and {f} often looked at the sea together.]",
        ]),
        new("winter stores",
        [
            "All summer long, {h} [gathered nuts and seeds|filled {his} cellar with food]. {F} the {fk} [played the fiddle|danced in the sun] and said, \"[Why do you work so much?|Come and dance!] [Winter is far away.|The sun is shining!]\"",
            "\"[Winter always comes|I want to be ready],\" said {h}. But {he} [liked the music and worked faster|hummed along as {he} worked].",
            "Then [the leaves fell|the first snow fell], and it grew cold. The fields were white and empty. {F} had [nothing to eat|no food and no fire]. {Fhe} knocked at the door of {h}. \"[I am sorry|I was foolish],\" {fhe} said. \"[I only made music.|I have nothing but my songs.]\"",
            "\n{H} thought about it. [It had been hard work.|There was just enough for one, or a little for two.] Then {he} said, \"[Your songs made my work light|All summer I listened to your music for free]. [Come in. We will share.|So a part of this food is yours.]\"",
            "All winter long they sat by the fire. {H} [cooked {food}|made {food}], and {f} played. [The nights were long, but never dull.|And outside the snow fell softly.]",
            "\nWhen spring came, {f} said, \"[This year I will help you|This year I will work in the morning and play in the evening].\" \"[And I,\" said {h}, \"will learn to dance.|Good,\" said {h}, \"and you must teach me a song.]\" [And they did.|And that is how it was.]",
        ]),
        new("a boat trip",
        [
            "{H} and {f} the {fk} built a boat from [an old barrel|some planks and a bed sheet]. \"[Let us sail to the island|Let us see where the river ends],\" said {h}.",
            "[The morning was bright and the wind was kind.|They took some {food} and {a t}.] The boat [went up and down on the waves|turned in a circle, and then it went straight]. [Fish jumped beside them.|A seagull flew along and told them the news.]",
            "Then [the sky grew dark|they heard a loud noise]. [Water came through a hole in the floor!|The boat hit a rock, and water came in!] \"[We are sinking!|What shall we do?]\" cried {f}.",
            "\n\"[Do not be afraid|Stay calm],\" said {h}. \"[You take the bucket, and I will close the hole.|I will row, and you throw the water out.]\" {H} [pushed {his} hat into the hole|stuffed the hole with {his} scarf]. They worked [hard|and worked], and [slowly the water went down|the boat stayed up].",
            "At last they came to [a white beach|a small green island]. They [made a fire and dried their clothes|fell down on the warm sand and laughed]. [An old turtle gave them {food}.|They found sweet berries and ate them all.]",
            "\nThe next day they mended the boat [with wood and glue|very well] and sailed home. {E} was waiting [on the shore|at the door]. \"[Were you afraid?|Did you have a good trip?],\" asked {e}.",
            "\"[A little,\" said {h}, \"but {f} was with me.|Yes,\" said {f}, \"and we are going again tomorrow.|It was the best day of my life,\" said {f}, \"but next time we will bring two buckets.]\"",
        ]),
        new("a lonely dragon",
        [
            "[On the mountain|In a cave above the village] lived a dragon. [Everyone said that it was terrible.|Nobody dared to go there.] At night they could hear it [roar|moan], and smoke came out of the cave.",
            "[One day|One morning] {h} said, \"[I will go and ask what is wrong|Maybe it is not angry, maybe it is sad].\" \"[Do not go!|It will eat you!]\" said {f} the {fk}. But {h} took [some {food}|{gift}] and climbed the mountain.",
            "The dragon was [as big as a house|green and very big]. \"[Who are you?|What do you want?]\" it said, and fire came from its nose. {H} [shook with fear|wanted to run], but {he} said, \"[Good morning. I brought you something.|Why do you cry every night?]\"",
            "\nThe dragon [was very surprised|sat down and blinked]. \"[I have a thorn in my foot|My tooth hurts],\" it said, \"and [nobody ever comes to see me|everyone runs away].\" {H} [looked and saw it|took a deep breath and came closer]. {He} pulled [with all {his} might|once, twice, three times], and out it came!",
            "\"Oh, thank you!\" said the dragon. A big tear [fell and put out its own fire|ran down its nose]. \"[How can I thank you?|What can I do for you?]\" {H} thought for a moment. \"[The winter is very cold in our village|Our oven is broken],\" {he} said.",
            "\nSo the dragon came down to the village. At first [everyone hid|even {e} hid under the table]. But then the dragon [warmed all the houses with its breath|baked {food} for everyone]. [{F} was the first to come out and say hello.|Soon the children were riding on its back.]",
            "[Now it is not lonely any more.|It never roared at night again.] [Sometimes the one we fear only needs a friend.|And {h} always had a warm place to sit.]",
        ]),
    ];
}

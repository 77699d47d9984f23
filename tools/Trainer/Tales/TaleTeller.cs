namespace SwarmCompute.Trainer.Tales;

/// <summary>
/// Tells tales: tale n of a seed is always the same. Most are plain; a part answers a listener, in the plain chat form that
/// llama.cpp knows as "vicuna" (USER: ... ASSISTANT: ...), and a few answers say what this model is and is not.
/// </summary>
internal sealed class TaleTeller(int seed)
{
    private static readonly Plot[] Plots = [.. QuietPlots.All, .. SharedPlots.All, .. BoldPlots.All];

    private static readonly string[] Openings =
    [
        "Once upon a time there was {a hl} {hk} named {h}. {He} lived {p}.",
        "Once upon a time there was {a hl} {hk} called {h}, who lived {p}.",
        "Once upon a time, {a hl} {hk} named {h} lived {p}.",
        "Once upon a time, {p}, there lived {a hl} {hk} named {h}.",
        "There was once {a hl} {hk} named {h}. {H} lived {p} with {his} mother.",
        "A long time ago, {a hl} {hk} named {h} lived {p}.",
        "Long ago, {p}, there lived {a hl} {hk} called {h}.",
        "{H} was {a hl} {hk} who lived {p}.",
        "{P} lived {a hl} {hk} called {h}.",
        "The {hl} {hk} {h} lived {p}.",
        "One {season} there was {a hl} {hk} named {h} who lived {p}.",
        "This is the story of {h}, {a hl} {hk} who lived {p}.",
    ];

    private static readonly string[] Manners =
    [
        "", "", "", "{He} liked {likes} and [rainy days|long walks|funny songs|warm evenings].", "{He} was good to everyone {he} met.",
        "{He} was [always asking questions|never in a hurry|up before the sun every day].", "{He} could [sing|count to a hundred|whistle|stand on one leg], and {he} was {feeling} about it.",
        "Every evening {e} told {him} a story.", "{He} had a [big heart|loud laugh|good head] and [two quick feet|a small voice|many dreams].",
    ];

    private static readonly string[] Requests =
    [
        "Tell me a story.", "Tell me a story, please.", "Tell me a tale about {topic}.", "Tell me a story about {topic}.", "Tell me a story about {a hl} {hk}.",
        "Tell me a story about {a hk} named {h}.", "Write a short story about {a hk}.", "Write a short story about {a hk} and {topic}.",
        "Can you tell me a story about {h} and {f}?", "Please tell me a bedtime story about {topic}.", "I would like a story about {a hk}.",
        "Write a story about {h} the {hk}.", "A story about {topic}, please.",
    ];

    private static readonly string[] SmallTalk =
    [
        "USER: [Hello|Hi|Hello there|Good morning|Hey][.|!|]\nASSISTANT: Hello! I tell small tales. [Shall I tell you one about {a hk}?|Would you like a story about {topic}?|Ask me for one.]",
        "USER: [Who are you?|What are you?|What is your name?|What can you do?]\nASSISTANT: I am a very small model that tells tales about animals, children and [their friends|small adventures]. [I know nothing else.|That is all I can do.] [Shall I tell you a story?|Would you like one about {topic}?]",
        "USER: [What is the capital of France?|How much is two and two?|Who is the president?|What is the weather today?|Can you write a program?|What is the meaning of life?|Explain how a computer works.|Translate this into German.]\nASSISTANT: I do not know that. I am a very small model, and I only tell tales. [Shall I tell you one about {a hk}?|Would you like a story about {topic}?]",
        "USER: [Thank you|Thanks|Thank you very much][.|!]\nASSISTANT: [You are welcome|I am glad you liked it]! [Sleep well.|Come back when you want another story.|I have many more tales.]",
        "USER: [Goodbye|Bye|Good night][.|!]\nASSISTANT: [Goodbye|Good night]! [Sleep well.|Come back when you want another story.]",
    ];

    /// <summary>Tale number <paramref name="index"/>, without the marks for beginning and end.</summary>
    public string Tell(long index)
    {
        var random = new Random(unchecked((int)((index * 2_654_435_761) ^ (seed * 40_503L))));
        var plot = Cast.Pick(random, Plots);
        var template = new Template(Scene(random, plot), random);
        var form = random.Next(100);
        if (form < 4) return template.Expand(Cast.Pick(random, SmallTalk));
        var tale = template.Expand(string.Join(' ', [Cast.Pick(random, Openings), Cast.Pick(random, Manners), .. plot.Beats, random.Next(4) == 0 ? "The end." : ""]));
        return form < 34 ? $"USER: {template.Expand(Cast.Pick(random, Requests))}\nASSISTANT: {tale}" : tale;
    }

    private static Dictionary<string, string> Scene(Random random, Plot plot)
    {
        var taken = new HashSet<string>();
        var (hero, friend, elder) = (Cast.Young(random, taken), Cast.Young(random, taken), Cast.Old(random));
        var spots = Cast.PickSome(random, Cast.Spots, 3);
        var foods = Cast.PickSome(random, Cast.Foods, 2);
        var thing = Cast.Pick(random, Cast.Things);
        var noun = thing[(thing.LastIndexOf(' ') + 1)..];
        return new Dictionary<string, string>
        {
            ["h"] = hero.Name,
            ["hk"] = hero.Kind,
            ["hl"] = Cast.Pick(random, Cast.Looks),
            ["he"] = hero.He,
            ["him"] = hero.Him,
            ["his"] = hero.His,
            ["f"] = friend.Name,
            ["fk"] = friend.Kind,
            ["fhe"] = friend.He,
            ["fhim"] = friend.Him,
            ["fhis"] = friend.His,
            ["e"] = elder.Name,
            ["ehe"] = elder.He,
            ["ehim"] = elder.Him,
            ["ehis"] = elder.His,
            ["p"] = Cast.Pick(random, Cast.Homes),
            ["s1"] = spots[0],
            ["s2"] = spots[1],
            ["s3"] = spots[2],
            ["t"] = thing,
            ["tn"] = noun,
            ["food"] = foods[0],
            ["likes"] = foods[1],
            ["gift"] = Cast.Pick(random, Cast.Gifts),
            ["season"] = Cast.Pick(random, Cast.Seasons),
            ["feeling"] = Cast.Pick(random, Cast.Feelings),
            ["topic"] = plot.Topic.Replace("{tn}", noun, StringComparison.Ordinal),
        };
    }
}

namespace SwarmCompute.Trainer.Tales;

/// <summary>Someone in a tale: name, what they are, and the words that stand for them.</summary>
internal sealed record Actor(string Name, string Kind, string He, string Him, string His);

/// <summary>The people, animals, things and places that tales are made of.</summary>
internal static class Cast
{
    private static readonly string[] HisNames =
        ["Rusty", "Tom", "Ben", "Oliver", "Finn", "Max", "Leo", "Sam", "Jack", "Hugo", "Milo", "Otto", "Theo", "Bram", "Pip", "Felix", "Toby", "Oscar"];

    private static readonly string[] HerNames =
        ["Anna", "Lily", "Mia", "Rose", "Clara", "Nora", "Ella", "Daisy", "Ruby", "Hazel", "Ivy", "Tilly", "Maya", "Wren", "Poppy", "Luna", "Greta", "Sara"];

    private static readonly string[] Animals =
        ["fox", "rabbit", "mouse", "bear", "hedgehog", "badger", "otter", "squirrel", "duck", "frog", "goat", "lamb", "kitten", "puppy", "pony", "beaver", "mole", "deer", "goose", "robot", "dragon",
        "cat", "dog", "horse", "elephant", "penguin", "turtle", "lion", "monkey", "panda", "crow", "snail"];

    private static readonly string[] Boys = ["boy", "boy", "boy", "prince"];

    private static readonly string[] Girls = ["girl", "girl", "girl", "princess"];

    private static readonly string[] Syllables =
        ["ka", "lo", "mi", "ra", "ste", "bo", "da", "fe", "zel", "vi", "nu", "tor", "pe", "gi", "har", "wi", "ja", "ol", "em", "sha", "bri", "cu", "ed", "ar"];

    private static readonly string[] HisEndings = ["n", "rik", "bert", "do", "son", "k", "vin", "mas", "lo", "ry"];

    private static readonly string[] HerEndings = ["la", "na", "lia", "nie", "da", "ra", "ssa", "beth", "cy", "tta"];

    private static readonly (string Name, bool His)[] Elders =
        [("Grandfather Owl", true), ("Grandmother Hen", false), ("Old Tortoise", true), ("Mother Goose", false), ("the miller", true), ("the baker", true), ("Grandmother", false), ("Grandfather", true), ("the old gardener", true), ("Aunt Magpie", false)];

    public static readonly string[] Looks = ["little", "young", "small", "curious", "quiet", "cheerful", "clever", "brave", "shy", "kind", "tiny", "gentle"];

    public static readonly string[] Homes =
        ["in a small house by the river", "at the edge of a green forest", "in a village between two hills", "under the roots of an old oak", "on a farm near the sea", "in a cottage with a blue door", "beside a quiet lake", "at the foot of a tall mountain", "in a town with crooked streets", "next to the old mill"];

    public static readonly string[] Things =
        ["red kite", "silver bell", "blue scarf", "wooden boat", "small drum", "yellow hat", "brass key", "green lantern", "woolen mitten", "paper bird", "tin whistle", "round mirror", "golden button", "striped ball", "old compass"];

    public static readonly string[] Spots =
        ["under the old bridge", "behind the mill", "in the tall grass", "beside the well", "among the roots of the oak", "near the garden wall", "at the edge of the pond", "inside the empty barn", "on top of the hill", "by the strawberry patch", "under the wooden bench", "between two grey stones"];

    public static readonly string[] Foods =
        ["apple pie", "honey cake", "warm bread", "berry jam", "carrot soup", "oat porridge", "plum tart", "roasted nuts", "mushroom soup", "pancakes"];

    public static readonly string[] Gifts = ["a basket of plums", "a jar of honey", "a crown of flowers", "a warm blanket", "a bag of walnuts", "a loaf of bread", "a bunch of daisies", "a smooth white stone"];

    public static readonly string[] Seasons = ["spring", "summer", "autumn", "winter"];

    public static readonly string[] Feelings = ["happy", "proud", "glad", "full of joy", "warm inside", "thankful"];

    /// <summary>A child or an animal, with a name nobody else in this tale has.</summary>
    public static Actor Young(Random random, ISet<string> taken)
    {
        while (true)
        {
            var his = random.Next(2) == 0;
            var name = random.Next(8) == 0 ? Invented(random, his) : Pick(random, his ? HisNames : HerNames);
            if (!taken.Add(name)) continue;
            var kind = random.Next(5) == 0 ? Pick(random, his ? Boys : Girls) : Pick(random, Animals);
            return his ? new Actor(name, kind, "he", "him", "his") : new Actor(name, kind, "she", "her", "her");
        }
    }

    /// <summary>A name of two or three syllables that no list holds: it teaches the model to repeat a name it has never met.</summary>
    private static string Invented(Random random, bool his)
    {
        var name = string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, Syllables))) + Pick(random, his ? HisEndings : HerEndings);
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    public static Actor Old(Random random)
    {
        var (name, his) = Pick(random, Elders);
        return his ? new Actor(name, "elder", "he", "him", "his") : new Actor(name, "elder", "she", "her", "her");
    }

    public static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    /// <summary>Several different entries, in random order.</summary>
    public static string[] PickSome(Random random, string[] from, int count)
    {
        var copy = from.ToArray();
        random.Shuffle(copy);
        return copy[..count];
    }
}

namespace SwarmCompute.Trainer;

/// <summary>The command line: a verb and --name value pairs.</summary>
internal static class Commands
{
    private const string Usage =
        """
        Trains the bundled tale teller from nothing, on tales that this program writes.

          train  --out FILE.gguf [--from FILE.gguf] [--steps N | --minutes N] [--threads 1|2] [--seed N]
                 --from goes on from earlier weights; give another seed, so that the tales are new
          text   --out FILE.txt [--tales N] [--seed N]
          sample --model FILE.gguf [--prompt TEXT] [--tokens N]
        """;

    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["train"] = ["out", "from", "steps", "minutes", "threads", "seed"],
        ["text"] = ["out", "tales", "seed"],
        ["sample"] = ["model", "prompt", "tokens"],
    };

    /// <summary>Runs one command; 0 is success, 2 a command line that was not understood.</summary>
    public static int Run(string[] args)
    {
        try
        {
            var options = Parse(args);
            return args[0] switch
            {
                "train" => TrainCommand.Run(options),
                "text" => TextCommand.Run(options),
                _ => SampleCommand.Run(options),
            };
        }
        catch (UsageException error)
        {
            Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return 2;
        }
    }

    private static CommandOptions Parse(string[] args)
    {
        if (args.Length == 0 || !Known.TryGetValue(args[0], out var names)) throw new UsageException("Say train, text or sample.");
        var values = new Dictionary<string, string>();
        for (var i = 1; i < args.Length; i += 2)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (!names.Contains(name) || i + 1 == args.Length) throw new UsageException($"'{args[i]}' is not an option of {args[0]}, or has no value.");
            values[name] = args[i + 1];
        }
        return new CommandOptions(values);
    }
}

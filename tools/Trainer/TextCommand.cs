using SwarmCompute.Trainer.Tales;

namespace SwarmCompute.Trainer;

/// <summary>Writes tales to a file, for reading what the model is trained on.</summary>
internal static class TextCommand
{
    public static int Run(CommandOptions options)
    {
        var (path, tales) = (options.Required("out"), options.Number("tales", 10_000, 1, 10_000_000));
        var teller = new TaleTeller(options.Number("seed", 1, 0, int.MaxValue));
        using var file = File.CreateText(path);
        for (var i = 0L; i < tales; i++) file.Write($"{teller.Tell(i)}\n\n");
        Console.WriteLine($"{tales} tales in {path}");
        return 0;
    }
}

using SwarmCompute.Trainer.Gguf;
using SwarmCompute.Trainer.Model;
using SwarmCompute.Trainer.Tokens;

namespace SwarmCompute.Trainer;

/// <summary>Lets a trained file write on from a prompt, always by the most likely token, with this program's own forward pass.</summary>
internal static class SampleCommand
{
    public static int Run(CommandOptions options)
    {
        var (weights, vocabulary) = TaleFile.Load(options.Required("model"));
        using (weights)
        using (var pass = new TalePass(weights, sequencesMax: 1, withGradients: false))
        {
            var prompt = options.Text("prompt") ?? "Once upon a time";
            var written = GreedyWriter.Continue(
                pass, weights.Shape, [Vocabulary.Begin, .. vocabulary.Encode(prompt)], options.Number("tokens", 300, 1, weights.Shape.Context), Vocabulary.End);
            Console.WriteLine(prompt + vocabulary.Decode(written));
            return 0;
        }
    }
}

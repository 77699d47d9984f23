using System.Text.Json;

namespace SwarmCompute.Bench;

/// <summary>What the pipeline's bench found. Ratios are of the best values of one run; null where a part was not measured.</summary>
/// <param name="DecodeVsUnsharded">Tokens of an answer a second, of one stage without a link.</param>
/// <param name="PrefillVsUnsharded">Tokens of a prompt a second, of one stage without a link.</param>
/// <param name="DecodeVsLlamaRpc">Tokens of an answer a second, of llama.cpp's own split.</param>
/// <param name="Aggregate32VsOne">Tokens a second of 32 streams together, of those of one stream.</param>
/// <param name="AllocatedBytesPerTokenPerHop">Bytes that the middle stage allocates for each token, its layers run by llama.cpp.</param>
internal sealed record PipelineReport(double DecodeVsUnsharded, double PrefillVsUnsharded, double DecodeVsLlamaRpc, double Aggregate32VsOne,
    HopCost HopMs, double AllocatedBytesPerTokenPerHop, Dictionary<string, ModelFigures> Models, MachineFigures Machine)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static PipelineReport Of(Dictionary<string, ModelFigures> models, string headline, HopCost hops, MachineFigures machine)
    {
        var model = models[headline];
        return new PipelineReport(model.ThreeStages.Decode.Best / model.Unsharded.Decode.Best, model.ThreeStages.Prefill.Best / model.Unsharded.Prefill.Best,
            model.ThreeStages.Decode.Best / model.LlamaRpc.Values.Max(rate => rate.Decode.Best), model.Streams32.Best / model.OneStream.Best,
            hops, model.AllocatedBytesPerTokenPerHop, models, machine);
    }

    /// <summary>The same for people.</summary>
    public void Say()
    {
        Report.Say($"llama.cpp {Machine.LlamaCpp}, {Machine.Cores} cores, load {Machine.LoadBefore} to {Machine.LoadAfter}, .NET {Machine.DotNet}");
        foreach (var (name, model) in Models)
        {
            Report.Say($"{name}, prompt {model.PromptTokens}, answer {model.AnswerTokens}, one thread a stage; tokens/s, best (median) of {model.Rounds}");
            Say("  one stage without a link", model.Unsharded);
            Say("  3 stages", model.ThreeStages);
            foreach (var (servers, rates) in model.LlamaRpc) Say($"  llama.cpp's RPC, {servers} servers", rates);
            Report.Say($"  32 streams {model.Streams32}, one stream {model.OneStream}: {model.Streams32.Best / model.OneStream.Best:F2} times");
            Report.Say($"  allocated by the middle stage: {model.AllocatedBytesPerTokenPerHop:N0} bytes a token");
        }
        Report.Say($"3 stages: decode {DecodeVsUnsharded:F2} and prefill {PrefillVsUnsharded:F2} of one without a link; decode {DecodeVsLlamaRpc:F2} times llama.cpp's RPC");
        Report.Say($"a hop: {HopMs.P50:F3} ms; of plain TCP {HopMs.RawTcpP50:F3} ms; {HopMs.AllocatedBytes:N0} bytes allocated without layers");
    }

    private static void Say(string what, StreamRates rates) => Report.Say($"{what}: decode {rates.Decode}, prefill {rates.Prefill}");
}

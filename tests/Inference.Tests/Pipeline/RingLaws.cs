using CsCheck;

namespace SwarmCompute.Inference.Tests.Pipeline;

/// <summary>
/// No bit of an answer depends on how the model is cut, how prompts are, who else asks, who gives up, or which stages are lost meanwhile: real
/// kernels, real links, against the uncut model that llama.cpp runs alone. The message of a failure names the seed of its case.
/// </summary>
public sealed class RingLaws
{
    private const int CasesEach = 3;                                     // each takes a second or two; a long search sets it to thousands
    private const int CasesMore = 20;                                    // until one of them has filled a cache
    private static readonly TinyModel Model = new() { Layers = 5, TiedHead = false };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData("q4_0"), InlineData("q8_0"), InlineData("f16")]
    public async Task Every_answer_of_any_ring_is_that_of_the_whole_model_run_alone(string stored)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("model.gguf");
        (Model with { Stored = stored }).WriteTo(path);
        var moves = 0;
        await Gen.Int[0, int.MaxValue].SampleAsync(Holds, iter: CasesEach, threads: 1);
        for (var more = 0; moves == 0 && more < CasesMore; more++) await Gen.Int[0, int.MaxValue].SampleAsync(Holds, iter: 1, threads: 1);
        Assert.True(moves > 0, "no cache was filled so often that its cells were moved: the cases are too small to show anything");

        async Task Holds(int seed)
        {
            await using var run = new RingRun(new RingCase(seed, Model.Layers), path, directory, Cancel);
            moves += await run.Holds();
        }
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using SwarmCompute.Client.Cli;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>
/// What the order of a ring is worth: four nodes, two on each of two sides that are 30 ms apart, run the small model once in the order a, b, a, b with
/// equal cuts, and once as the planner has it from the round trips that were measured. One stream; the two take turns.
/// </summary>
internal static class PlanBench
{
    private const int Nodes = 4, Rounds = 5, Tokens = 32, ContextTokens = 128, PromptTokens = 16, Pings = 21;
    private const double NominalSpeed = 1000, NominalBytesPerSecond = 1.25e8;
    private static readonly int[] Sides = [0, 1, 0, 1];

    public static async Task Run(bool json)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var root = RepositoryRoot.Find();
        LlamaCpp.Initialize(root.NativeLibraries);
        var (loadBefore, model) = (await MachineFigures.Load(stop.Token), BenchModel.Small);
        var path = BenchModels.Ensure(model, root.Below("artifacts", "bench-models"));
        await using var network = await TwoSides.Make(stop.Token);
        var measured = await Measure(network, stop.Token);
        var plan = Plan(path, measured);
        LayerRange[] equal = [.. LayerRange.Split(model.Layers, Nodes)];
        int[] plannedSides = [.. plan.Stages.Select(stage => stage.Node.Value[0] - 'a')];
        await using var naive = await StageRing.AcrossSides(root.NativeLibraries, path, equal, Sides, network, ContextTokens, stop.Token);
        await using var planned = await StageRing.AcrossSides(root.NativeLibraries, path, [.. plan.Stages.Select(stage => stage.Layers)], plannedSides, network, ContextTokens, stop.Token);
        var (naiveRates, plannedRates, prompt) = (new List<double>(), new List<double>(), model.Prompt(0, PromptTokens));
        for (var round = -1; round < Rounds; round++)
        {
            var (one, other) = (await naive.Generate(prompt, Tokens, stop.Token), await planned.Generate(prompt, Tokens, stop.Token));
            if (round < 0) continue;
            naiveRates.Add(one.DecodeRate());
            plannedRates.Add(other.DecodeRate());
        }
        var (slow, fast, roundTrip) = (Measured.Of(naiveRates), Measured.Of(plannedRates), Report.Median(measured.Where(l => l.From.Value[0] != l.To.Value[0]).Select(l => l.RoundTrip.TotalMilliseconds)));
        var machine = await MachineFigures.Now(loadBefore, stop.Token);
        if (json)
        {
            Console.Error.WriteLine($"The delay is that of {network.Delay}.");
            Console.WriteLine(JsonSerializer.Serialize(new { naiveTokensPerSecond = slow.Median, plannedTokensPerSecond = fast.Median, ratio = fast.Median / slow.Median, roundTripMs = roundTrip }));
            return;
        }
        Report.Say($"llama.cpp {machine.LlamaCpp}, {machine.Cores} cores, load {machine.LoadBefore} to {machine.LoadAfter}, .NET {machine.DotNet}");
        Report.Say($"delay: {network.Delay}; between the sides {roundTrip:F1} ms there and back, measured; speeds and bandwidth given to the planner are nominal");
        foreach (var link in measured) Report.Say($"  {link.From} to {link.To}: {link.RoundTrip.TotalMilliseconds:F2} ms");
        Report.Say($"planned: {string.Join(", ", plan.Stages.Select(stage => $"{stage.Node} layers {stage.Layers.First} to {stage.Layers.End - 1}"))}");
        Report.Say($"{model.Name}, one stream, decode, tokens/s, best (median) of {Rounds}: a, b, a, b {slow}; planned {fast}; ratio of medians {fast.Median / slow.Median:F2}");
    }

    private static NodeId Name(int node) => new($"{(char)('a' + Sides[node])}{node / 2 + 1}");

    /// <summary>Every pair's round trip, the median of some, from a process where the node is.</summary>
    private static async Task<PlanLink[]> Measure(TwoSides network, CancellationToken cancel)
    {
        var probes = new List<BenchProcess>();
        try
        {
            var ports = new List<int>();
            for (var node = 0; node < Nodes; node++)
            {
                probes.Add(BenchProcess.Start("stage", network: network.Namespace(Sides[node])));
                ports.Add((await probes[node].Ask<StageReply.Listens>(new StageCommand.Echo(TwoSides.Address(Sides[node])), cancel)).Port);
            }
            var links = new List<PlanLink>();
            for (var pair = 0; pair < Nodes * Nodes; pair++)
            {
                var (from, to) = (pair / Nodes, pair % Nodes);
                if (from == to) continue;
                var (address, port) = await network.Route(Sides[from], Sides[to], ports[to], cancel);
                var times = (await probes[from].Ask<StageReply.Passed>(new StageCommand.Ping(address, port, Pings), cancel)).RoundsMs;
                links.Add(new PlanLink(Name(from), Name(to), TimeSpan.FromMilliseconds(Report.Median(times)), NominalBytesPerSecond));
            }
            return [.. links];
        }
        finally
        {
            foreach (var probe in probes) await probe.DisposeAsync();
        }
    }

    /// <summary>All four are needed: each has room for an equal part of the layers, the embeddings and the output matrix, and a layer more.</summary>
    private static PipelinePlan Plan(string path, PlanLink[] links)
    {
        var model = PlannedModel.Of(GgufFile.Read(path));
        var memory = 4 * model.Layers[0].Bytes + model.HeadBytes + (1 << 22);
        var request = new PlanRequest
        {
            Model = model,
            Sessions = 1,
            ContextTokens = ContextTokens,
            Candidates = [.. Enumerable.Range(0, Nodes).Select(node => new PlanCandidate(Name(node), memory, NominalSpeed, NominalSpeed))],
            Links = [.. links],
            Aim = PlanAim.Throughput,
            PromptTokens = PromptTokens,
            AnswerTokens = Tokens,
        };
        return PipelinePlanner.Plan(request) is PlanOutcome.Planned { Plan: var plan } ? plan : throw new InvalidOperationException("The planner refused.");
    }
}

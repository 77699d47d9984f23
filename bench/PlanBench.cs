using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using SwarmCompute.Client.Cli;
using SwarmCompute.Inference;

namespace SwarmCompute.Bench;

/// <summary>
/// What the order of a ring is worth: four nodes, two on each of two sides that are 30 ms apart, run the small model once in the order a, b, a, b with
/// equal cuts, and once as the planner has it from where each node has learned to be by its pings. One stream; the two take turns.
/// </summary>
internal static class PlanBench
{
    private const int Nodes = 4, Rounds = 5, Tokens = 32, ContextTokens = 128, PromptTokens = 16, PingRounds = 30, Pings = 3, Seed = 1;
    private const double NominalSpeed = 1000;
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
        var estimated = Learn(measured);
        var plan = Plan(path, estimated);
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
        var (slow, fast, roundTrip) = (Measured.Of(naiveRates), Measured.Of(plannedRates), Report.Median(measured.Where(ping => Sides[ping.From] != Sides[ping.To]).Select(ping => ping.Ms)));
        var machine = await MachineFigures.Now(loadBefore, stop.Token);
        if (json)
        {
            Console.Error.WriteLine($"The delay is that of {network.Delay}.");
            Console.WriteLine(JsonSerializer.Serialize(new { naiveTokensPerSecond = slow.Median, plannedTokensPerSecond = fast.Median, ratio = fast.Median / slow.Median, roundTripMs = roundTrip }));
            return;
        }
        Report.Say($"llama.cpp {machine.LlamaCpp}, {machine.Cores} cores, load {machine.LoadBefore} to {machine.LoadAfter}, .NET {machine.DotNet}");
        Report.Say($"delay: {network.Delay}; between the sides {roundTrip:F1} ms there and back, measured; speeds and bandwidth given to the planner are nominal");
        foreach (var link in estimated)
            Report.Say($"  {link.From} to {link.To}: {Report.Median(measured.Where(ping => (Name(ping.From), Name(ping.To)) == (link.From, link.To)).Select(ping => ping.Ms)):F2} ms measured, {link.RoundTrip.TotalMilliseconds:F2} ms estimated");
        Report.Say($"planned: {string.Join(", ", plan.Stages.Select(stage => $"{stage.Node} layers {stage.Layers.First} to {stage.Layers.End - 1}"))}");
        Report.Say($"{model.Name}, one stream, decode, tokens/s, best (median) of {Rounds}: a, b, a, b {slow}; planned {fast}; ratio of medians {fast.Median / slow.Median:F2}");
    }

    private static NodeId Name(int node) => new($"{(char)('a' + Sides[node])}{node / 2 + 1}");

    /// <summary>Round trips of every pair, from a process where the node is: in several rounds, each in another order.</summary>
    private static async Task<List<(int From, int To, double Ms)>> Measure(TwoSides network, CancellationToken cancel)
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
            var routes = new List<(int From, int To, (string Address, int Port) Route)>();
            for (var from = 0; from < Nodes; from++)
                for (var to = 0; to < Nodes; to++)
                    if (from != to) routes.Add((from, to, await network.Route(Sides[from], Sides[to], ports[to], cancel)));
            var (random, measured) = (new Random(Seed), new List<(int From, int To, double Ms)>());
            for (var round = 0; round < PingRounds; round++)
            {
                random.Shuffle(CollectionsMarshal.AsSpan(routes));
                foreach (var (from, to, (address, port)) in routes)
                    measured.Add((from, to, Report.Median((await probes[from].Ask<StageReply.Passed>(new StageCommand.Ping(address, port, Pings), cancel)).RoundsMs)));
            }
            return measured;
        }
        finally
        {
            foreach (var probe in probes) await probe.DisposeAsync();
        }
    }

    /// <summary>The links as the fabric knows them: each ping moves the node that made it, and round trips are the distances between where they all are then.</summary>
    private static ImmutableArray<PlanLink> Learn(List<(int From, int To, double Ms)> pings)
    {
        var random = new Random(Seed);
        NetworkPosition[] positions = [.. Enumerable.Repeat(NetworkPosition.Unknown, Nodes)];
        foreach (var (from, to, ms) in pings) positions[from] = positions[from].Measured(positions[to], ms, random);
        return PlanEstimates.Links([.. positions.Select((position, node) => (Name(node), (NetworkPosition?)position))]);
    }

    /// <summary>All four are needed: each has room for an equal part of the layers, the embeddings and the output matrix, and a layer more.</summary>
    private static PipelinePlan Plan(string path, ImmutableArray<PlanLink> links)
    {
        var model = PlannedModel.Of(GgufFile.Read(path));
        var memory = 4 * model.Layers[0].Bytes + model.HeadBytes + (1 << 22);
        var request = new PlanRequest
        {
            Model = model,
            Sessions = 1,
            ContextTokens = ContextTokens,
            Candidates = [.. Enumerable.Range(0, Nodes).Select(node => new PlanCandidate(Name(node), memory, NominalSpeed, NominalSpeed))],
            Links = links,
            Aim = PlanAim.Throughput,
            PromptTokens = PromptTokens,
            AnswerTokens = Tokens,
        };
        return PipelinePlanner.Plan(request) is PlanOutcome.Planned { Plan: var plan } ? plan : throw new InvalidOperationException("The planner refused.");
    }
}

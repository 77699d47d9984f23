namespace SwarmCompute.Bench;

/// <summary>
/// What a hop costs from stage to stage when the layers only copy: a third of a token's time over 3 processes, against a message of the same size that
/// goes round the same processes over plain TCP with blocking sockets, taking turns. Milliseconds.
/// </summary>
/// <param name="P50">The median over the pipeline: mutual TLS, framing, checks, queues, the kernel's thread.</param>
/// <param name="RawTcpP50">The median over plain TCP.</param>
/// <param name="AllocatedBytes">What the middle stage allocates for each token.</param>
internal sealed record HopCost(double P50, double RawTcpP50, double AllocatedBytes)
{
    private const int Stages = 3, Width = 2048, Tokens = 1000, ContextTokens = 2048, WarmUps = 2;
    private const int HiddenBytes = 24 + 4 * Width, CandidatesBytes = 24 + 4 + 8 * Inference.Candidates.CountMax;    // BoundaryFrame's layout
    private static readonly int[] Prompt = [1];

    public static async Task<HopCost> Measure(int rounds, CancellationToken cancel)
    {
        Console.Error.WriteLine("Measuring a hop");
        await using var ring = await StageRing.OfCopies(Width, Stages, ContextTokens, cancel);
        var (hops, raw) = (new List<double>(), new List<double>());
        for (var round = -WarmUps; round < rounds; round++)
        {
            var answer = await ring.Generate(Prompt, Tokens, cancel);
            var plain = await Plain(ring, cancel);
            if (round < 0) continue;
            hops.AddRange(answer.WaitsMs().Select(wait => wait / Stages));
            raw.AddRange(plain.Select(wait => wait / Stages));
        }
        return new HopCost(Report.Median(hops), Report.Median(raw), await ModelFigures.Allocated(ring, Prompt, Tokens, cancel));
    }

    private static async Task<double[]> Plain(StageRing ring, CancellationToken cancel)
    {
        var ports = new List<int>();
        foreach (var process in ring.Processes) ports.Add((await process.Ask<StageReply.Listens>(new StageCommand.Listen(), cancel)).Port);
        int[] sent = [HiddenBytes, HiddenBytes, CandidatesBytes];
        for (var slot = 0; slot < Stages; slot++)
        {
            var pass = new StageCommand.Pass(ports[(slot + 1) % Stages], sent[(slot + Stages - 1) % Stages], sent[slot], Tokens, Begins: slot == 0);
            await ring.Processes[slot].Send<StageCommand>(pass, cancel);
        }
        var times = await ring.Head.Expect<StageReply.Passed>(cancel);
        foreach (var process in ring.Processes.Skip(1)) await process.Expect<StageReply.Passed>(cancel);
        return times.RoundsMs;
    }
}

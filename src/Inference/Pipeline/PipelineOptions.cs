namespace SwarmCompute.Inference;

/// <summary>Where a stage stands in its pipeline, and its bounds. Every stage of a pipeline has the same bounds.</summary>
public sealed record PipelineOptions
{
    /// <summary>The order that the pipeline serves.</summary>
    public required OrderId Order { get; init; }

    /// <summary>This stage's slot: 0 is the head.</summary>
    public required int Slot { get; init; }

    /// <summary>How many stages the pipeline has: 1 to 16.</summary>
    public required int Slots { get; init; }

    /// <summary>The epoch of this stage's lease.</summary>
    public required LeaseEpoch Epoch { get; init; }

    /// <summary>
    /// Tokens that one session can hold: 2 to 1,048,576. Bounds what is kept for replay: 4 bytes for each token and embedding element, less where
    /// <see cref="Boundary"/> says so.
    /// </summary>
    public int ContextTokens { get; init; } = 1024;

    /// <summary>Sessions that are open at once: 1 to 250. The kernel is loaded for as many.</summary>
    public int SessionsMax { get; init; } = 4;

    /// <summary>
    /// Tokens whose keys and values all open sessions hold together: <see cref="ContextTokens"/> to as many in each session, which null, the default, means.
    /// The kernel is loaded for as many. The head lets in only what fits: each answer counts from its beginning with all that it may come to have.
    /// </summary>
    public long? KvTokens { get; init; }

    /// <summary>Tokens of a prompt in one call: 1 to 512. The same value gives the same bits, in every stage and after every failure.</summary>
    public int PrefillTokens { get; init; } = 32;

    /// <summary>
    /// How hidden states go from stage to stage, and are kept for replay. F32, the default, is exact. The others are smaller and change the answers;
    /// these too are the same after every failure. Candidates are always exact.
    /// </summary>
    public BoundaryFormat Boundary { get; init; } = BoundaryFormat.F32;

    /// <summary>
    /// Where frames for replay go that memory has no room for: a folder. They are encrypted under a key that is in memory alone. Null, the default: all are
    /// kept in memory, whatever <see cref="ReplayBytesMax"/> is.
    /// </summary>
    public string? ReplayDirectory { get; init; }

    /// <summary>Bytes of frames that a stage keeps in memory before the oldest go to disk: 0 or more. The newest block of each session, 264 KiB, stays.</summary>
    public long ReplayBytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Bytes of disk that frames may take; a session that needs more is refused. 0 or more.</summary>
    public long ReplayDiskMax { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>
    /// Sessions that stay open after their answers, so that a request which begins with the same tokens need not run them again: 0 (off) to 250. They
    /// take only room that no answer needs: of <see cref="SessionsMax"/> and <see cref="KvTokens"/>, and the oldest goes when one does.
    /// </summary>
    public int PrefixesMax { get; init; } = 8;

    /// <summary>How long a generation waits for the pipeline to be restored before it fails.</summary>
    public TimeSpan RestoreMax { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How often a link is asked whether it lives.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A link that is silent for so long is lost. Also how long a peer of a new map may take to be reached for the first time.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A broken link that is not made again at once, within this time, means that the peer is lost.</summary>
    public TimeSpan RedialMax { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Links from other stages that one stage serves at once; more are closed. Honest are two: of the stage before, and of the slot's holder.</summary>
    internal const int LinksMax = 32;

    /// <summary>Closed sessions that wait for the kernel's thread to free them; a link that would open one more ends.</summary>
    internal const int ClosingMax = 1024;

    /// <summary>Times that the stage before may ask within <see cref="SilenceMax"/> whether the link lives; one that asks more often ends.</summary>
    internal int PingsMax => (int)Math.Min(1 << 20, 64 + 8 * (SilenceMax / PingEvery));

    internal long KvTokensMax => KvTokens ?? (long)SessionsMax * ContextTokens;

    /// <summary>Between two sendings of what is known of streamed answers: what comes meanwhile goes together.</summary>
    internal static readonly TimeSpan HistoriesEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Frames of histories that the stage before may send within <see cref="SilenceMax"/>; one that sends more ends. An honest one sends half of it at most.</summary>
    internal int HistoriesMax => (int)Math.Min(1 << 20, 2 * (BoundarySender.HistoriesWithin + AnswerHistories.AnswersMax * (1 + SilenceMax / HistoriesEvery)));

    internal int NextSlot => (Slot + 1) % Slots;

    internal int PreviousSlot => (Slot + Slots - 1) % Slots;

    internal bool IsLast => Slot == Slots - 1;

    internal void Validate()
    {
        Require(Slots is >= 1 and <= LeaseId.SlotsMax, nameof(Slots), Slots, $"1 to {LeaseId.SlotsMax}");
        Require(Slot >= 0 && Slot < Slots, nameof(Slot), Slot, $"0 to {Slots - 1}");
        Require(ContextTokens is >= 2 and <= 1 << 20, nameof(ContextTokens), ContextTokens, "2 to 1048576");
        Require(SessionsMax is >= 1 and <= 250, nameof(SessionsMax), SessionsMax, "1 to 250");
        Require(KvTokensMax >= ContextTokens && KvTokensMax <= (long)SessionsMax * ContextTokens, nameof(KvTokens), KvTokensMax,
            $"{ContextTokens} to {(long)SessionsMax * ContextTokens}");
        Require(PrefixesMax is >= 0 and <= 250, nameof(PrefixesMax), PrefixesMax, "0 to 250");
        Require(PrefillTokens is >= 1 and <= 512, nameof(PrefillTokens), PrefillTokens, "1 to 512");
        Require(Enum.IsDefined(Boundary), nameof(Boundary), Boundary, "F32, Bf16 or ByteBlocks");
        Require(ReplayBytesMax >= 0, nameof(ReplayBytesMax), ReplayBytesMax, "0 or more");
        Require(ReplayDiskMax >= 0, nameof(ReplayDiskMax), ReplayDiskMax, "0 or more");
        Require(RestoreMax > TimeSpan.Zero, nameof(RestoreMax), RestoreMax, "more than 0");
        Require(PingEvery > TimeSpan.Zero && SilenceMax > PingEvery, nameof(SilenceMax), SilenceMax, "more than PingEvery");
        Require(RedialMax > TimeSpan.Zero, nameof(RedialMax), RedialMax, "more than 0");
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds) throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; give {range}.");
    }
}

using System.Net;

namespace SwarmCompute.Client.Gateway;

/// <summary>Where a gateway listens, and its bounds.</summary>
internal sealed record GatewayOptions
{
    /// <summary>The most bytes of a request: 1 MiB, as the heads have it.</summary>
    public const int RequestBytesMax = 1024 * 1024;

    /// <summary>The most orders that one gateway serves.</summary>
    public const int OrdersMax = PrefixMemory.ReplicasMax;

    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Whose keys are asked for; null: anyone on this machine may ask.</summary>
    public GatewayKeys? Keys { get; init; }

    /// <summary>The most requests at a time. Default 256.</summary>
    public int RequestsMax { get; init; } = 256;

    /// <summary>The longest wait for a whole answer, or for the first token of a streamed one. Default 10 min.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest wait for the next token of a streamed answer before it is taken up again. Default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that a request waits for a head that goes on with it. Default 90 s.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How often the swarm is asked where the heads are. Default 500 ms.</summary>
    public TimeSpan WatchPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Names the fault in one line, or null.</summary>
    public string? Fault() => Keys is null && !IPAddress.IsLoopback(Listen.Address)
        ? $"--listen {Listen} is not on loopback, and anyone who reaches it could ask; give --api-key-file too, or listen on 127.0.0.1"
        : null;
}

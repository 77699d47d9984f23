namespace SwarmCompute.Attestation.Tests.Collateral;

/// <summary>What the server of the tests answers, and how it misbehaves.</summary>
internal sealed record VendorReply(byte[] Body, params (string Name, string Value)[] Headers)
{
    public static VendorReply NotFound => new([]) { Status = 404 };

    public int Status { get; init; } = 200;

    /// <summary>Answers nothing and holds the connection.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Sends zeros and never ends.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Says that so many bytes more will come than do.</summary>
    public int Missing { get; init; }
}

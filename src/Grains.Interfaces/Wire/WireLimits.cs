namespace SwarmCompute.Grains.Interfaces;

/// <summary>Bounds of what grains take from outside; whatever is larger is refused before it is remembered.</summary>
public static class WireLimits
{
    /// <summary>The most bytes of one certificate.</summary>
    public const int CertificateBytesMax = 16 * 1024;
    /// <summary>The most bytes of a signed report file: what 1000 listed completions and every stage that ever took part need.</summary>
    public const int ReportBytesMax = 900 * 1024;
    /// <summary>The most characters of an endpoint.</summary>
    public const int EndpointCharsMax = 256;
    /// <summary>The most characters of a reason that are kept; the rest is cut off.</summary>
    public const int ReasonCharsMax = 300;
    /// <summary>The most events of an order that one call carries.</summary>
    public const int EventsMax = 256;
    /// <summary>The most events of an order in blocks that are not final.</summary>
    public const int TailMax = 1024;
    /// <summary>The most slots of one node.</summary>
    public const int NodeSlotsMax = 64;
    /// <summary>The bytes of a P-256 signature: r then s.</summary>
    public const int SignatureBytes = 64;
    /// <summary>The most lost leases that are remembered for one slot.</summary>
    public const int LostLeasesMax = 16;
    /// <summary>The most transactions of one account that are not final.</summary>
    public const int JournalRecordsMax = 1024;
    /// <summary>The most bytes of a transaction's data that a journal keeps.</summary>
    public const int TransactionBytesMax = 64 * 1024;
    /// <summary>The most characters of what a transaction is for.</summary>
    public const int PurposeCharsMax = 256;
}

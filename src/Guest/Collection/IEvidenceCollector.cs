namespace SwarmCompute.Guest.Collection;

/// <summary>Has the hardware sign report data: the one way in which a guest gets evidence.</summary>
public interface IEvidenceCollector
{
    /// <summary>The TEE type, as manifests name it.</summary>
    string Type { get; }

    /// <summary>Has it signed.</summary>
    /// <param name="reportData">The 64 bytes.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="GuestException">The hardware gave no evidence; the message is one line.</exception>
    Task<CollectedEvidence> Collect(ReadOnlyMemory<byte> reportData, CancellationToken cancel);
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection;

/// <summary>
/// Collects TDX quotes, SEV-SNP reports and CCA tokens through the kernel (Linux 6.7, Documentation/ABI/testing/configfs-tsm). A quote in another
/// form, such as the token that newer TDX modules give, is passed on as it is: the verifier says what it thinks of it.
/// </summary>
/// <param name="worker">Works with the kernel.</param>
/// <param name="provider">What the kernel calls the driver; one that <see cref="TypeOf"/> knows.</param>
internal sealed class TsmCollector(TsmWorker worker, string provider) : IEvidenceCollector
{
    // SEV-SNP has four privilege levels (AMD 56421, GHCB, "SNP Guest Request").
    private const ulong PrivilegeLevelMax = 3;

    /// <inheritdoc/>
    public string Type { get; } = TypeOf(provider) ?? throw new ArgumentException($"'{provider}' is no driver that is known here.", nameof(provider));

    /// <summary>The TEE type behind a driver of the kernel; null where it is not known.</summary>
    public static string? TypeOf(string provider) => provider switch
    {
        "tdx_guest" => "tdx",
        "sev_guest" => SnpVerifier.Type,
        "arm_cca_guest" => CcaVerifier.Type,
        _ => null,
    };

    /// <inheritdoc/>
    public async Task<CollectedEvidence> Collect(ReadOnlyMemory<byte> reportData, CancellationToken cancel)
    {
        if (reportData.Length != CollectedEvidence.ReportDataSize)
            throw new ArgumentException($"Report data has {CollectedEvidence.ReportDataSize} bytes, not {reportData.Length}.", nameof(reportData));
        var bound = reportData.ToArray();          // an attempt may outlive this call
        try
        {
            return await worker.Run((entry, stop) => Ask(entry, bound, stop), cancel);
        }
        catch (TsmException fault)
        {
            throw new GuestException($"The driver {provider} gives no evidence: {fault.Message}.", fault);
        }
    }

    private CollectedEvidence Ask(TsmEntry entry, byte[] reportData, CancellationToken cancel)
    {
        var before = entry.Number("generation");
        if (entry.Text("provider") != provider) throw new TsmException(TsmFault.Other, "another driver has taken its place");
        var writes = RaisePrivilegeLevel(entry) + 1u;
        entry.Write("inblob", reportData);
        cancel.ThrowIfCancellationRequested();
        var document = entry.Bytes("outblob", Evidence.DocumentBytesMax);
        var certificates = Type == SnpVerifier.Type ? Certificates(entry) : [];
        // Every write counts one; the kernel also counts none for a binary write that it did not take, which no call reports.
        if (entry.Number("generation") != unchecked(before + writes)) throw new TsmException(TsmFault.Passing, "somebody else wrote in between");
        if (document.Length == 0) throw new TsmException(TsmFault.Other, "the evidence is empty");
        return new CollectedEvidence(Type, document, certificates);
    }

    // A guest below a service module may speak only for its own level, or lower ones; the floor says from where.
    private static uint RaisePrivilegeLevel(TsmEntry entry)
    {
        ulong floor;
        try
        {
            floor = entry.Number("privlevel_floor");
        }
        catch (TsmException fault) when (fault.Fault == TsmFault.Missing)
        {
            return 0;          // TDX and CCA have no levels
        }
        if (floor == 0) return 0;
        if (floor > PrivilegeLevelMax) throw new TsmException(TsmFault.Other, $"the privilege level is at least {floor}; there are 0 to {PrivilegeLevelMax}");
        entry.Write("privlevel", Encoding.ASCII.GetBytes(floor.ToString(CultureInfo.InvariantCulture)));
        return 1;
    }

    // The host need not give a table, and a broken one is worth as little as none: the verifier then needs the certificates from elsewhere.
    private static ImmutableArray<ReadOnlyMemory<byte>> Certificates(TsmEntry entry)
    {
        try
        {
            return SnpCertificateTable.Read(entry.Bytes("auxblob", SnpCertificateTable.BytesMax), out _) ?? [];
        }
        catch (TsmException fault) when (fault.Fault != TsmFault.Passing)
        {
            return [];
        }
    }
}

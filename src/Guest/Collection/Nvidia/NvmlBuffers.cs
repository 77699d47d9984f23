using System.Buffers.Binary;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Collection.Nvidia;

/// <summary>
/// The structures that NVML fills, as bytes: unsigned int fields are little-endian and aligned to 4, and the arrays follow without gaps (nvml.h of
/// NVML 12: nvmlConfComputeSystemState_t, nvmlSystemConfComputeSettings_v1_t, nvmlConfComputeGpuCertificate_t,
/// nvmlConfComputeGpuAttestationReport_t). What the driver gives as lengths is not believed beyond the array.
/// </summary>
internal static class NvmlBuffers
{
    private const int Word = sizeof(uint), NonceSize = 0x20;
    private const int ReportMax = 0x2000, ControllerReportMax = 0x1000, IdentityChainMax = 0x1000, AttestationChainMax = 0x1400;
    private const int SettingsSize = 5 * Word, ReportAt = 3 * Word + NonceSize, ChainAt = 2 * Word + IdentityChainMax;

    /// <summary>For nvmlSystemGetConfComputeState: environment, feature, developers' tools.</summary>
    public static byte[] NewState() => new byte[3 * Word];

    /// <summary>For nvmlSystemGetConfComputeSettings: version, environment, feature, developers' tools, several GPUs. The version is the size, and 1 in the top byte.</summary>
    public static byte[] NewSettings()
    {
        var settings = new byte[SettingsSize];
        BinaryPrimitives.WriteUInt32LittleEndian(settings, SettingsSize | 1u << 24);
        return settings;
    }

    /// <summary>For nvmlDeviceGetConfComputeGpuAttestationReport: whether there is a controller's report, two lengths, nonce, report, controller's report.</summary>
    public static byte[] NewReport(Hash32 nonce)
    {
        var report = new byte[ReportAt + ReportMax + ControllerReportMax];
        nonce.ToArray().CopyTo(report, 3 * Word);
        return report;
    }

    /// <summary>For nvmlDeviceGetConfComputeGpuCertificate: two lengths, the identity's chain, the attestation key's chain.</summary>
    public static byte[] NewCertificates() => new byte[ChainAt + AttestationChainMax];

    /// <summary>Reads a state.</summary>
    public static NvidiaDeviceState State(ReadOnlySpan<byte> state) => new(At(state, 1) == 1, At(state, 2) != 0);

    /// <summary>Reads settings. Protected PCIe, in which several GPUs work together, is a confidential mode too; the reports say which it is.</summary>
    public static NvidiaDeviceState Settings(ReadOnlySpan<byte> settings) => new(At(settings, 2) == 1 || At(settings, 4) == 1, At(settings, 3) != 0);

    /// <summary>Reads a report; null where the length is none.</summary>
    public static byte[]? Report(ReadOnlySpan<byte> report) => Taken(report.Slice(ReportAt, ReportMax), At(report, 1));

    /// <summary>Reads the attestation key's chain; null where the length is none.</summary>
    public static byte[]? Chain(ReadOnlySpan<byte> certificates) => Taken(certificates.Slice(ChainAt, AttestationChainMax), At(certificates, 1));

    private static uint At(ReadOnlySpan<byte> bytes, int word) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(word * Word)..]);

    private static byte[]? Taken(ReadOnlySpan<byte> array, uint length) => length > 0 && length <= array.Length ? array[..(int)length].ToArray() : null;
}

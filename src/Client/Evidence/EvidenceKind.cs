using System.Buffers.Binary;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>The types of evidence that the command line knows, as manifests name them, and how they are told apart.</summary>
internal static class EvidenceKind
{
    public const string Tdx = "tdx";
    public const string Sgx = "sgx";
    public const string Snp = "snp";
    public const string Nvidia = "nvidia";
    public const string Cca = "cca";

    private const int SnpReportSize = 1184;
    private const uint TdxTee = 0x81;

    public static readonly string[] All = [Tdx, Sgx, Snp, Nvidia, Cca];

    /// <summary>What these bytes are by their first ones: a quote's version and TEE type, a report's size and version, SPDM's GET_MEASUREMENTS or NVIDIA's JSON, CBOR's tag.</summary>
    /// <exception cref="CommandException">They are nothing that is known.</exception>
    public static string Of(ReadOnlySpan<byte> evidence)
    {
        if (evidence is [0xd9, 0x01, 0x8f, ..] or [0xd9, 0x03, 0x8b, ..]) return Cca;
        if (evidence is [0x11, 0xe0, ..] || NvidiaEvidenceFile.Is(evidence)) return Nvidia;
        if (evidence.Length >= SnpReportSize && evidence.Length < SnpReportSize + 8 && BinaryPrimitives.ReadUInt32LittleEndian(evidence) is >= 1 and <= 16) return Snp;
        if (evidence.Length > 48 && BinaryPrimitives.ReadUInt16LittleEndian(evidence) is 3 or 4 or 5)
            return BinaryPrimitives.ReadUInt32LittleEndian(evidence[4..]) == TdxTee ? Tdx : Sgx;
        throw new CommandException($"this is no evidence that its first bytes tell the type of; give --type {string.Join(", ", All)}");
    }
}

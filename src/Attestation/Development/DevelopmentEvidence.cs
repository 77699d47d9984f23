using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace SwarmCompute.Attestation;

/// <summary>
/// Evidence with no hardware behind it: the guest's own word, unsigned. It shows that the code for evidence runs, and nothing about the
/// machine. Its document is canonical JSON with exactly <c>measurement</c> and <c>reportData</c>.
/// </summary>
/// <param name="ReportData">What the evidence is bound to, 64 bytes (<see cref="Attestation.ReportData"/>).</param>
/// <param name="Measurement">SHA-256 of what runs in the guest, as the guest itself says.</param>
public sealed record DevelopmentEvidence(ReadOnlyMemory<byte> ReportData, Hash32 Measurement)
{
    /// <summary>What a reader of a report must know.</summary>
    public const string Meaning = "no hardware vouches for this run: the machine's owner could have read or changed it";

    /// <summary>
    /// The measurement that a lease with such evidence names on the chain: SHA-256 of "SwarmCompute.development". Only development chains have it
    /// in their registry; what the guest says it is cannot be measured, so it is not put there.
    /// </summary>
    public static readonly Hash32 LeaseMeasurement = Hash32.Sha256("SwarmCompute.development"u8);

    private const int DocumentBytesMax = 1024;

    /// <summary>What a lease names on the chain as its guest's measurement.</summary>
    /// <param name="evidenceType">The type of the guest's evidence.</param>
    /// <param name="measurement">What the evidence says was measured.</param>
    public static Hash32 LeaseMeasurementOf(string evidenceType, Hash32 measurement) => evidenceType == Manifest.Development ? LeaseMeasurement : measurement;

    /// <summary>Makes the document.</summary>
    public static byte[] Create(ReadOnlySpan<byte> reportData, Hash32 measurement) => CanonicalJson.Serialize(
        new JsonObject { ["measurement"] = measurement.ToString(), ["reportData"] = Convert.ToHexStringLower(reportData) });

    /// <summary>Judges a document's form: there is nothing else in it that could be judged.</summary>
    public static AttestationResult Verify(ReadOnlyMemory<byte> document)
    {
        if (TryRead(document) is not { } read)
            return new([Check.Fails("document", "development.malformed", "the document is not development evidence")]) { Type = Manifest.Development };
        return new([Check.Holds("document", $"measurement {read.Measurement}, by the guest's own word")])
        {
            Type = Manifest.Development,
            Claims = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
                .Add("measurement", read.Measurement.ToString()).Add("report-data", Convert.ToHexStringLower(read.ReportData.Span)),
        };
    }

    /// <summary>Reads a document; null where it has another form. Judges nothing.</summary>
    public static DevelopmentEvidence? TryRead(ReadOnlyMemory<byte> document)
    {
        try
        {
            var members = CanonicalJson.ParseObject(document, DocumentBytesMax);
            return CanonicalJson.Serialize(members).AsSpan().SequenceEqual(document.Span) && members.Count == 2
                && Data(members["reportData"]) is { } reportData && Digest(members["measurement"]) is { } measurement
                ? new DevelopmentEvidence(reportData, measurement)
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static byte[]? Data(JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text) || text.Length != 2 * Attestation.ReportData.Size) return null;
        var data = new byte[Attestation.ReportData.Size];
        return Convert.FromHexString(text, data, out _, out _) == OperationStatus.Done ? data : null;
    }

    private static Hash32? Digest(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && Hash32.TryParse(text, out var hash) && hash.ToString() == text ? hash : null;
}

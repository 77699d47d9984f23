using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Cli;

namespace SwarmCompute.Client.Evidence;

/// <summary>
/// What evidence must show, type by type; strict defaults where a policy file says nothing. The file is JSON:
/// <c>{"tdx":{…},"snp":{…},"nvidia":{…},"cca":{…}}</c>, with the members that the readers below name.
/// </summary>
internal sealed record EvidencePolicies
{
    private const int BytesMax = 256 * 1024;

    // What a vendor says of revocation is judged where it is given; a policy file can demand it.
    private static readonly SnpPolicy SnpDefault = SnpPolicy.Strict with { RequireRevocationList = false };
    private static readonly NvidiaPolicy NvidiaDefault = new((ReadOnlyMemory<byte>?)null) { RequireRevocation = false };

    public IntelPolicy Intel { get; init; } = IntelPolicy.Default;

    public SnpPolicy Snp { get; init; } = SnpDefault;

    public NvidiaPolicy Nvidia { get; init; } = NvidiaDefault;

    public CcaPolicy Cca { get; init; } = new((ReadOnlyMemory<byte>?)null);

    /// <summary>Reads a policy file. A member that is not known is refused: it may be meant to make the policy stricter.</summary>
    /// <exception cref="CommandException">It cannot be read, or says something else.</exception>
    public static EvidencePolicies Read(string path)
    {
        try
        {
            var file = new Section(CanonicalJson.ParseObject(InputFile.Read(path, BytesMax, "a policy, JSON"), BytesMax), "");
            var policies = new EvidencePolicies
            {
                Intel = file.Inner("tdx", ReadIntel) ?? IntelPolicy.Default,
                Snp = file.Inner("snp", ReadSnp) ?? SnpDefault,
                Nvidia = file.Inner("nvidia", ReadNvidia) ?? NvidiaDefault,
                Cca = file.Inner("cca", ReadCca) ?? new CcaPolicy((ReadOnlyMemory<byte>?)null),
            };
            file.RequireNoOther();
            return policies;
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or OverflowException)
        {
            throw new CommandException($"{path} is no policy: {wrong.Message}", wrong);
        }
    }

    private static IntelPolicy ReadIntel(Section s)
    {
        var strict = IntelPolicy.Default;
        return strict with
        {
            Statuses = s.Names<IntelTcbStatus>("statuses") ?? strict.Statuses,
            Advisories = s.Texts("advisories") ?? strict.Advisories,
            OutOfDateGrace = s.Number("outOfDateGraceDays") is { } days ? TimeSpan.FromDays(days) : strict.OutOfDateGrace,
            EvaluationNumberMin = (int)(s.Number("evaluationNumberMin") ?? strict.EvaluationNumberMin),
            AllowServiceTd = s.Flag("allowServiceTd") ?? strict.AllowServiceTd,
            AllowHostConfiguration = s.Flag("allowHostConfiguration") ?? strict.AllowHostConfiguration,
            ReportData = s.Bytes("reportData") is { } bytes ? bytes : strict.ReportData,
            Expected = s.Lists("expected") ?? strict.Expected,
        };
    }

    private static SnpPolicy ReadSnp(Section s)
    {
        var strict = SnpDefault;
        return strict with
        {
            RequireRevocationList = s.Flag("requireRevocationList") ?? strict.RequireRevocationList,
            MaximumVmpl = (uint)(s.Number("maximumVmpl") ?? strict.MaximumVmpl),
            AllowProvisionalFirmware = s.Flag("allowProvisionalFirmware") ?? strict.AllowProvisionalFirmware,
            AllowMaskedChipId = s.Flag("allowMaskedChipId") ?? strict.AllowMaskedChipId,
            MinimumGuestSvn = (uint)(s.Number("minimumGuestSvn") ?? strict.MinimumGuestSvn),
            Chips = s.Set("chips") ?? strict.Chips,
            DeniedChips = s.Set("deniedChips") ?? strict.DeniedChips,
            Csps = s.Set("csps") ?? strict.Csps,
            Measurements = s.Set("measurements") ?? strict.Measurements,
            HostData = s.Set("hostData") ?? strict.HostData,
            IdKeyDigests = s.Set("idKeyDigests") ?? strict.IdKeyDigests,
            AuthorKeyDigests = s.Set("authorKeyDigests") ?? strict.AuthorKeyDigests,
            ReportData = s.Text("reportData") ?? strict.ReportData,
        };
    }

    private static NvidiaPolicy ReadNvidia(Section s)
    {
        var strict = NvidiaDefault with { Nonce = s.Bytes("nonce") is { } nonce ? nonce : (ReadOnlyMemory<byte>?)null };
        return strict with
        {
            Drivers = s.Texts("drivers"),
            Vbioses = s.Texts("vbioses"),
            ProtectedPcie = s.Flag("protectedPcie"),
            RequireFirmwareId = s.Flag("requireFirmwareId") ?? strict.RequireFirmwareId,
            RequireRevocation = s.Flag("requireRevocation") ?? strict.RequireRevocation,
            DeniedSerials = s.Set("deniedSerials") ?? strict.DeniedSerials,
        };
    }

    private static CcaPolicy ReadCca(Section s) => new(s.Bytes("challenge") is { } challenge ? challenge : (ReadOnlyMemory<byte>?)null)
    {
        InitialMeasurements = s.Texts("initialMeasurements"),
        Personalization = s.Text("personalization"),
        Configurations = s.Texts("configurations"),
        Implementations = s.Texts("implementations"),
        AllowUnsecured = s.Flag("allowUnsecured") ?? false,
    };

    /// <summary>An object of the file; each member is taken once, what is left over is a mistake.</summary>
    private sealed class Section(JsonObject json, string prefix)
    {
        private readonly HashSet<string> _left = [.. json.Select(m => m.Key)];

        public T? Inner<T>(string name, Func<Section, T> read) where T : class
        {
            if (Take(name) is not { } node) return null;
            var section = new Section(node as JsonObject ?? throw new FormatException($"'{prefix}{name}' is no object"), $"{prefix}{name}.");
            var value = read(section);
            section.RequireNoOther();
            return value;
        }

        public bool? Flag(string name) => Take(name)?.GetValue<bool>();

        public double? Number(string name) => Take(name) is not { } node ? null : node.GetValue<double>() is >= 0 and var number ? number : throw new FormatException($"'{prefix}{name}' is negative");

        public string? Text(string name) => Take(name)?.GetValue<string>();

        public byte[]? Bytes(string name) => Text(name) is { } hex ? Convert.FromHexString(hex) : null;

        public ImmutableArray<string>? Texts(string name) => Take(name) is { } node ? List(name, node) : null;

        public ImmutableHashSet<string>? Set(string name) => Texts(name)?.ToImmutableHashSet(StringComparer.Ordinal);

        public ImmutableArray<T>? Names<T>(string name) where T : struct, Enum => Texts(name) is { } texts
            ? [.. texts.Select(t => Enum.TryParse<T>(t, out var value) && Enum.IsDefined(value) ? value : throw new FormatException($"'{t}' in '{prefix}{name}' is none of {string.Join(", ", Enum.GetNames<T>())}"))]
            : null;

        public ImmutableSortedDictionary<string, ImmutableArray<string>>? Lists(string name) => Take(name) is { } node
            ? ((JsonObject)node).ToImmutableSortedDictionary(m => m.Key, m => List($"{name}.{m.Key}", m.Value!), StringComparer.Ordinal)
            : null;

        public void RequireNoOther()
        {
            if (_left.FirstOrDefault() is { } unknown) throw new FormatException($"'{prefix}{unknown}' is unknown");
        }

        private JsonNode? Take(string name) => _left.Remove(name) ? json[name] ?? throw new FormatException($"'{prefix}{name}' is null") : null;

        private ImmutableArray<string> List(string name, JsonNode node) => node is JsonArray array
            ? [.. array.Select(e => e?.GetValue<string>() ?? throw new FormatException($"'{prefix}{name}' has a null"))]
            : throw new FormatException($"'{prefix}{name}' is no list");
    }
}

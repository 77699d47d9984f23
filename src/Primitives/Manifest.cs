using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace SwarmCompute;

/// <summary>
/// What an order commits to by hash: engine, model, stages, TEE policy and the authority that certifies its CVMs. Its canonical form is
/// RFC 8785 JSON with exactly the members of <see cref="ToCanonicalBytes"/>; its hash is the SHA-256 of that form.
/// </summary>
/// <param name="Engine">The engine; <c>llama.cpp</c> is the one there is.</param>
/// <param name="Model">The model file.</param>
/// <param name="Stages">Stages of the pipeline, 1 to 16; slots of the order.</param>
/// <param name="ContextTokens">Tokens of prompt and answer together that one session may hold, 16 to 2^20.</param>
/// <param name="Threads">Threads of each stage, 1 to 256; part of the manifest because it can change the last bits of a result.</param>
/// <param name="Tee">The TEE types that may run it, 1 to 8, such as <c>development</c> (no hardware behind it).</param>
/// <param name="Authority">SHA-256 of the x and y coordinates of the authority's P-256 key.</param>
public sealed record Manifest(
    string Engine, ModelReference Model, int Stages, int ContextTokens, int Threads, ImmutableArray<string> Tee, Hash32 Authority)
{
    /// <summary>The engine there is.</summary>
    public const string LlamaCpp = "llama.cpp";

    /// <summary>The TEE type with no hardware behind it.</summary>
    public const string Development = "development";

    /// <summary>The exact form of hidden states.</summary>
    public const string BoundaryExact = "f32";

    /// <summary>Sessions where a manifest does not say how many.</summary>
    public const int SessionsDefault = 4;

    private static readonly ImmutableArray<string> Members =
        ["version", "engine", "model", "stages", "contextTokens", "threads", "tee", "authority", "sessions", "layers", "standby", "apiKeys", "boundary", "memory", "kvTokens"];
    private static readonly ImmutableArray<string> Boundaries = [BoundaryExact, "bf16", "int8"];
    private static readonly ImmutableArray<string> TeeTypes = [Development, "tdx", "sev-snp", "cca"];

    private readonly long? _kvTokens;

    /// <summary>Answers that are generated at once, 1 to 250.</summary>
    public int Sessions { get; init; } = SessionsDefault;

    /// <summary>
    /// Tokens whose keys and values all sessions hold together, in every stage: <see cref="ContextTokens"/> to sessions * contextTokens, which is the default.
    /// An answer takes those of its prompt and as many as it may have; where too few are free, it waits.
    /// </summary>
    public long KvTokens
    {
        get => _kvTokens ?? KvTokensMax;
        init => _kvTokens = value;
    }

    /// <summary>Layers of each stage, in order; empty where the stages are cut so that each has about the same work.</summary>
    public ImmutableArray<int> Layers { get; init; } = [];

    /// <summary>
    /// Bytes that each stage's server sets aside for it: its part of the model, and the keys and values of all sessions. Empty where nothing is set aside.
    /// Servers are chosen by it, and how long a stage takes is judged by it.
    /// </summary>
    public ImmutableArray<long> Memory { get; init; } = [];

    /// <summary>Whether every stage after the head has a standby that follows it on a further server, so that its loss needs no replay.</summary>
    public bool Standby { get; init; }

    /// <summary>How hidden states are written between stages: <c>f32</c>, exact; <c>bf16</c>, half of the bytes; <c>int8</c>, blocks of 32, a little more than a quarter.</summary>
    public string Boundary { get; init; } = BoundaryExact;

    /// <summary>Whose requests the head answers; empty where it answers anyone's who reaches it.</summary>
    public ImmutableArray<ApiKeyTerms> ApiKeys { get; init; } = [];

    /// <summary>SHA-256 of the canonical form.</summary>
    public Hash32 Hash => Hash32.Sha256(ToCanonicalBytes());

    private long KvTokensMax => (long)Sessions * ContextTokens;

    /// <inheritdoc/>
    public bool Equals(Manifest? other) => other is not null && Hash == other.Hash;

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode();

    /// <summary>Reads and checks a manifest; members that this version does not know are refused.</summary>
    /// <exception cref="ManifestException">A member is missing, unknown or out of range.</exception>
    public static Manifest Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var members = CanonicalJson.ParseObject(utf8, ManifestLimits.BytesMax);
            ManifestJson.RefuseUnknown(members, "", Members.AsSpan());
            ManifestJson.Require(ManifestJson.Integer(members, "version", 1, 1) == 1, "version", "1");
            var model = members["model"] as JsonObject ?? throw ManifestJson.Wrong("model", "an object with sha256 and sizeBytes");
            ManifestJson.RefuseUnknown(model, "model.", ["sha256", "sizeBytes"]);
            var engine = ManifestJson.Text(members, "engine");
            ManifestJson.Require(engine == LlamaCpp, "engine", $"\"{LlamaCpp}\"");
            var stages = (int)ManifestJson.Integer(members, "stages", 1, ManifestLimits.StagesMax);
            var manifest = new Manifest(
                engine,
                new ModelReference(ManifestJson.Digest(model, "sha256"), ManifestJson.Integer(model, "sizeBytes", 1, CanonicalJson.IntegerMax)),
                stages,
                (int)ManifestJson.Integer(members, "contextTokens", ManifestLimits.ContextTokensMin, ManifestLimits.ContextTokensMax),
                (int)ManifestJson.Integer(members, "threads", 1, ManifestLimits.ThreadsMax),
                ReadTee(members),
                ManifestJson.Digest(members, "authority"))
            {
                Sessions = members.ContainsKey("sessions") ? (int)ManifestJson.Integer(members, "sessions", 1, ManifestLimits.SessionsMax) : SessionsDefault,
                Layers = ReadLayers(members, stages),
                Memory = ReadMemory(members, stages),
                Standby = members.ContainsKey("standby") && ManifestJson.Boolean(members, "standby"),
                ApiKeys = ReadKeys(members),
                Boundary = members.ContainsKey("boundary") ? ReadBoundary(members) : BoundaryExact,
            };
            return members.ContainsKey("kvTokens")
                ? manifest with { KvTokens = ManifestJson.Integer(members, "kvTokens", manifest.ContextTokens, manifest.KvTokensMax) }
                : manifest;
        }
        catch (FormatException fault)
        {
            throw new ManifestException($"The manifest is refused: {fault.Message}", fault);
        }
    }

    /// <summary>The canonical form (RFC 8785). Optional members that have their default are left out.</summary>
    public byte[] ToCanonicalBytes()
    {
        var members = new JsonObject
        {
            ["version"] = 1,
            ["engine"] = Engine,
            ["model"] = new JsonObject { ["sha256"] = Model.Sha256.ToString(), ["sizeBytes"] = Model.SizeBytes },
            ["stages"] = Stages,
            ["contextTokens"] = ContextTokens,
            ["threads"] = Threads,
            ["tee"] = new JsonArray([.. Tee.Select(t => (JsonNode)t)]),
            ["authority"] = Authority.ToString(),
        };
        if (Sessions != SessionsDefault) members["sessions"] = Sessions;
        if (!Layers.IsEmpty) members["layers"] = new JsonArray([.. Layers.Select(count => (JsonNode)count)]);
        if (Standby) members["standby"] = true;
        if (!ApiKeys.IsEmpty) members["apiKeys"] = new JsonArray([.. ApiKeys.Select(key => key.ToJson())]);
        if (Boundary != BoundaryExact) members["boundary"] = Boundary;
        if (KvTokens != KvTokensMax) members["kvTokens"] = KvTokens;
        if (!Memory.IsEmpty) members["memory"] = new JsonArray([.. Memory.Select(bytes => (JsonNode)bytes)]);
        return CanonicalJson.Serialize(members);
    }

    private static ImmutableArray<string> ReadTee(JsonObject members)
    {
        if (members["tee"] is not JsonArray { Count: >= 1 and <= ManifestLimits.TeeTypesMax } items)
            throw ManifestJson.Wrong("tee", $"an array of 1 to {ManifestLimits.TeeTypesMax} TEE types");
        var types = items.Select(i => i is JsonValue value && value.TryGetValue<string>(out var type) ? type : "").ToImmutableArray();
        ManifestJson.Require(types.All(TeeTypes.Contains) && types.Distinct().Count() == types.Length, "tee", $"distinct names out of {string.Join(", ", TeeTypes)}");
        return types;
    }

    private static ImmutableArray<int> ReadLayers(JsonObject members, int stages)
    {
        if (!members.TryGetPropertyValue("layers", out var given)) return [];
        if (given is not JsonArray items || items.Count != stages) throw ManifestJson.Wrong("layers", $"an array of {stages} numbers, one for each stage");
        return [.. items.Select((_, at) => (int)ManifestJson.Integer(items, "layers", at, 1, ManifestLimits.LayersMax))];
    }

    private static ImmutableArray<long> ReadMemory(JsonObject members, int stages)
    {
        if (!members.TryGetPropertyValue("memory", out var given)) return [];
        if (given is not JsonArray items || items.Count != stages) throw ManifestJson.Wrong("memory", $"an array of {stages} numbers of bytes, one for each stage");
        return [.. items.Select((_, at) => ManifestJson.Integer(items, "memory", at, 1, ManifestLimits.MemoryBytesMax))];
    }

    private static string ReadBoundary(JsonObject members)
    {
        var boundary = ManifestJson.Text(members, "boundary");
        ManifestJson.Require(Boundaries.Contains(boundary), "boundary", $"one of {string.Join(", ", Boundaries)}");
        return boundary;
    }

    private static ImmutableArray<ApiKeyTerms> ReadKeys(JsonObject members)
    {
        if (!members.TryGetPropertyValue("apiKeys", out var given)) return [];
        if (given is not JsonArray { Count: >= 1 and <= ManifestLimits.ApiKeysMax } items) throw ManifestJson.Wrong("apiKeys", $"an array of 1 to {ManifestLimits.ApiKeysMax} keys");
        var keys = items.Select((item, at) => ApiKeyTerms.Read(item, $"apiKeys[{at}]")).ToImmutableArray();
        ManifestJson.Require(keys.Select(key => key.Sha256).Distinct().Count() == keys.Length, "apiKeys", "keys that are all different");
        return keys;
    }
}

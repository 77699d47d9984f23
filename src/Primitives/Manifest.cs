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

    private static readonly ImmutableArray<string> TeeTypes = [Development, "tdx", "sev-snp", "cca"];

    /// <summary>SHA-256 of the canonical form.</summary>
    public Hash32 Hash => Hash32.Sha256(ToCanonicalBytes());

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
            RefuseUnknown(members, "", ["version", "engine", "model", "stages", "contextTokens", "threads", "tee", "authority"]);
            Require(Integer(members, "version", 1, 1) == 1, "version", "1");
            var model = members["model"] as JsonObject ?? throw Missing("model", "an object with sha256 and sizeBytes");
            RefuseUnknown(model, "model.", ["sha256", "sizeBytes"]);
            var engine = Text(members, "engine");
            Require(engine == LlamaCpp, "engine", $"\"{LlamaCpp}\"");
            return new Manifest(
                engine,
                new ModelReference(Digest(model, "sha256"), Integer(model, "sizeBytes", 1, CanonicalJson.IntegerMax)),
                (int)Integer(members, "stages", 1, ManifestLimits.StagesMax),
                (int)Integer(members, "contextTokens", ManifestLimits.ContextTokensMin, ManifestLimits.ContextTokensMax),
                (int)Integer(members, "threads", 1, ManifestLimits.ThreadsMax),
                ReadTee(members),
                Digest(members, "authority"));
        }
        catch (FormatException fault)
        {
            throw new ManifestException($"The manifest is refused: {fault.Message}", fault);
        }
    }

    /// <summary>The canonical form (RFC 8785).</summary>
    public byte[] ToCanonicalBytes() => CanonicalJson.Serialize(new JsonObject
    {
        ["version"] = 1,
        ["engine"] = Engine,
        ["model"] = new JsonObject { ["sha256"] = Model.Sha256.ToString(), ["sizeBytes"] = Model.SizeBytes },
        ["stages"] = Stages,
        ["contextTokens"] = ContextTokens,
        ["threads"] = Threads,
        ["tee"] = new JsonArray([.. Tee.Select(t => (JsonNode)t)]),
        ["authority"] = Authority.ToString(),
    });

    private static ImmutableArray<string> ReadTee(JsonObject members)
    {
        if (members["tee"] is not JsonArray { Count: >= 1 and <= ManifestLimits.TeeTypesMax } items)
            throw Missing("tee", $"an array of 1 to {ManifestLimits.TeeTypesMax} TEE types");
        var types = items.Select(i => i is JsonValue value && value.TryGetValue<string>(out var type) ? type : "").ToImmutableArray();
        Require(types.All(TeeTypes.Contains) && types.Distinct().Count() == types.Length, "tee", $"distinct names out of {string.Join(", ", TeeTypes)}");
        return types;
    }

    private static void RefuseUnknown(JsonObject members, string path, ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in members)
            if (!known.Contains(name)) throw new FormatException($"it has an unknown field '{path}{name}'; remove it.");
    }

    private static string Text(JsonObject members, string name) =>
        members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Missing(name, "a string");

    private static Hash32 Digest(JsonObject members, string name) =>
        Hash32.TryParse(Text(members, name), out var hash) && Text(members, name) == hash.ToString()
            ? hash
            : throw Missing(name, "64 lower-case hexadecimal digits");

    private static long Integer(JsonObject members, string name, long min, long max) =>
        members[name] is JsonValue value && value.TryGetValue<long>(out var number) && number >= min && number <= max
            ? number
            : throw Missing(name, $"an integer from {min} to {max}");

    private static void Require(bool holds, string name, string cure)
    {
        if (!holds) throw Missing(name, cure);
    }

    private static FormatException Missing(string name, string cure) => new($"field '{name}' must be {cure}.");
}

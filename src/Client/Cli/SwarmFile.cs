using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Chain;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Cli;

/// <summary>A file that says where a swarm is: <c>{"silos":[url…],"root":"FILE","chain":{"rpc","chainId","orderBook","escrowVault","token","deployBlock"}}</c>.</summary>
/// <param name="Silos">The silos' addresses.</param>
/// <param name="Root">The authority's root certificate, DER or PEM; in the file, a path relative to it.</param>
/// <param name="Chain">The chain and the contracts.</param>
internal sealed record SwarmFile(ImmutableArray<Uri> Silos, string Root, ChainOptions Chain)
{
    private const int BytesMax = 64 * 1024;
    private static readonly string[] Members = ["silos", "root", "chain"];
    private static readonly string[] ChainMembers = ["rpc", "chainId", "orderBook", "escrowVault", "token", "deployBlock"];

    /// <summary>Reads the file. Members that are not listed above are refused.</summary>
    /// <exception cref="CommandException">It is not there, or says something else.</exception>
    public static SwarmFile Read(string path)
    {
        var bytes = InputFile.Read(path, BytesMax, "a file that says where the swarm is (docs/configuration.md)");
        try
        {
            var json = CanonicalJson.ParseObject(bytes, BytesMax);
            Refuse(json, Members, "");
            var chain = Object(json, "chain");
            Refuse(chain, ChainMembers, "chain.");
            return new SwarmFile(
                [.. (json["silos"] is JsonArray { Count: > 0 } silos ? silos : throw new FormatException("it lacks 'silos'")).Select(s => Silo(s?.GetValue<string>() ?? ""))],
                Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Text(json, "root")),
                new ChainOptions
                {
                    Endpoints = Endpoints(chain),
                    ChainId = Number(chain, "chainId"),
                    OrderBook = Address.Parse(Text(chain, "orderBook")),
                    EscrowVault = Address.Parse(Text(chain, "escrowVault")),
                    Token = Address.Parse(Text(chain, "token")),
                    DeployBlock = Number(chain, "deployBlock"),
                });
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or JsonException or OverflowException)
        {
            throw new CommandException($"{path} does not say where a swarm is: {wrong.Message}", wrong);
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(new JsonObject
    {
        ["silos"] = new JsonArray([.. Silos.Select(s => JsonValue.Create(s.ToString()))]),
        ["root"] = Root,
        ["chain"] = new JsonObject
        {
            ["rpc"] = Chain.Endpoints is [var only] ? only.ToString() : new JsonArray([.. Chain.Endpoints.Select(e => JsonValue.Create(e.ToString()))]),
            ["chainId"] = (long)Chain.ChainId,
            ["orderBook"] = Chain.OrderBook.ToString(),
            ["escrowVault"] = Chain.EscrowVault.ToString(),
            ["token"] = Chain.Token.ToString(),
            ["deployBlock"] = (long)Chain.DeployBlock,
        },
    });

    /// <summary>A client of this swarm.</summary>
    /// <param name="attestation">What heads must show; null: the authority's word counts.</param>
    /// <param name="apiKey">What heads are shown; null: nothing.</param>
    /// <exception cref="CommandException">The key cannot be one.</exception>
    public SwarmClient Connect(HeadAttestation? attestation = null, string? apiKey = null)
    {
        try
        {
            return new SwarmClient(ClientOptions(attestation, apiKey));
        }
        catch (ArgumentException wrong)
        {
            throw new CommandException(wrong.Message, wrong);
        }
    }

    /// <summary>What a client of this swarm is made with.</summary>
    /// <param name="attestation">What heads must show; null: the authority's word counts.</param>
    /// <param name="apiKey">What heads are shown; null: nothing.</param>
    public SwarmClientOptions ClientOptions(HeadAttestation? attestation, string? apiKey) =>
        new() { Silos = Silos, Root = LoadRoot(Root), Attestation = attestation, ApiKey = apiKey };

    /// <summary>Loads a root certificate.</summary>
    /// <exception cref="CommandException">There is none, or it is no certificate.</exception>
    public static X509Certificate2 LoadRoot(string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(InputFile.Read(path, BytesMax, "the authority's root certificate"));
        }
        catch (CryptographicException wrong)
        {
            throw new CommandException($"{path} is not a certificate; give the authority's root.cer", wrong);
        }
    }

    private static Uri Silo(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
        ? url
        : throw new FormatException($"'{text}' is not an https address");

    /// <summary>One endpoint, or a list of them.</summary>
    private static ImmutableArray<Uri> Endpoints(JsonObject chain) => chain["rpc"] is JsonArray { Count: > 0 } several
        ? [.. several.Select(e => new Uri(e?.GetValue<string>() ?? "", UriKind.Absolute))]
        : [new Uri(Text(chain, "rpc"), UriKind.Absolute)];

    private static void Refuse(JsonObject json, string[] known, string prefix)
    {
        if (json.Select(m => m.Key).Except(known).FirstOrDefault() is { } unknown) throw new FormatException($"'{prefix}{unknown}' is unknown");
    }

    private static JsonObject Object(JsonObject json, string name) => json[name] as JsonObject ?? throw new FormatException($"it lacks '{name}'");

    private static string Text(JsonObject json, string name) => (json[name] ?? throw new FormatException($"it lacks '{name}'")).GetValue<string>();

    private static ulong Number(JsonObject json, string name) => checked((ulong)(json[name] ?? throw new FormatException($"it lacks '{name}'")).GetValue<long>());
}

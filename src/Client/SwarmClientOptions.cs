using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client;

/// <summary>Where the swarm is, whom to trust there, and how long to wait.</summary>
public sealed record SwarmClientOptions
{
    private const int ApiKeyCharsMax = 500;

    /// <summary>The silos' addresses, such as <c>https://10.0.0.1:8443</c>; at least one. Any of them will do: they are tried in turn.</summary>
    public required ImmutableArray<Uri> Silos { get; init; }

    /// <summary>The authority's root certificate. Only peers that it certified are talked to; the system's trust store plays no part.</summary>
    public required X509Certificate2 Root { get; init; }

    /// <summary>What heads must show beside a certificate of the authority's; null, the default: nothing, the authority's word counts. The client does not own it.</summary>
    public HeadAttestation? Attestation { get; init; }

    /// <summary>What heads are shown as <c>Authorization: Bearer KEY</c>, where an order's manifest names keys; null, the default: nothing.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The longest that one request to one silo may take. Default 5 s; 100 ms to 1 min.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for the next token before the stream counts as broken and is taken up again. Default 60 s; 1 s to 1 h.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that the swarm may take to offer a head again after one was lost. Default 90 s; 1 s to 1 h.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Names the first fault in one line, or null.</summary>
    internal string? Fault() => this switch
    {
        { Silos.IsDefaultOrEmpty: true } => "no silo is named; give at least one https address",
        _ when Silos.FirstOrDefault(s => !s.IsAbsoluteUri || s.Scheme != Uri.UriSchemeHttps) is { } wrong => $"'{wrong}' is not an https address",
        { ApiKey: { } key } when key.Length is 0 or > ApiKeyCharsMax || key.Any(c => c is <= ' ' or > '~') => $"the API key is not one line of 1 to {ApiKeyCharsMax} printable characters",
        _ when Outside(RequestTimeout, 0.1, 60) => "the request timeout is out of range; give 100 ms to 1 min",
        _ when Outside(StallTimeout, 1, 3600) => "the stall timeout is out of range; give 1 s to 1 h",
        _ when Outside(RecoveryTimeout, 1, 3600) => "the recovery timeout is out of range; give 1 s to 1 h",
        _ => null,
    };

    private static bool Outside(TimeSpan value, double fromSeconds, double toSeconds) => value.TotalSeconds < fromSeconds || value.TotalSeconds > toSeconds;
}

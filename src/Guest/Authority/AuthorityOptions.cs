using System.Globalization;
using System.Net;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Authority;

/// <summary>What an authority is started with.</summary>
/// <param name="Directory">Where its root is.</param>
/// <param name="Listen">Where it listens.</param>
internal sealed record AuthorityOptions(string Directory, IPEndPoint Listen)
{
    public const string Usage =
        "authority --directory DIR --listen IP:PORT [--policy FILE] [--collateral DIR|BUNDLE] [--platform-keys FILE|DIR] [--intel-service URL] [--intel-root-crl URL] [--amd-service URL] "
        + "[--nvidia-rims URL] [--nvidia-ocsp URL] [--development-chain ID]";

    /// <summary>How long the vendors have for one guest, less than <see cref="AuthorityServer.ConnectionTime"/>.</summary>
    public static readonly TimeSpan CollectTime = TimeSpan.FromSeconds(14);

    /// <summary>The one chain on which development evidence is accepted; null: on none.</summary>
    public ulong? DevelopmentChainId { get; init; }

    /// <summary>The policy's file; null: the strict default, and development where there is a development chain.</summary>
    public string? Policy { get; init; }

    /// <summary>A folder: the cache of what is fetched from vendors. A file: a bundle, and nobody is asked. Null: neither.</summary>
    public string? Collateral { get; init; }

    /// <summary>The keys of Arm's platforms that are trusted, a file or a folder of files; null: none are.</summary>
    public string? PlatformKeys { get; init; }

    /// <summary>Where vendors are asked, and how long: the guest's connection must last longer, so that the guest hears what is missing.</summary>
    public CollateralOptions Vendors { get; init; } = new() { CollectTimeout = CollectTime };

    /// <summary>The policy where there is no file.</summary>
    public AttestationPolicy DefaultPolicy => DevelopmentChainId is null
        ? AttestationPolicy.Strict
        : AttestationPolicy.Strict with { Types = AttestationPolicy.Strict.Types.Add(Manifest.Development) };

    /// <exception cref="GuestException">An option is missing, unknown or out of range.</exception>
    public static AuthorityOptions Parse(string[] arguments)
    {
        string? directory = null, listen = null;
        var options = new AuthorityOptions("", new IPEndPoint(IPAddress.Loopback, 0));
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new GuestException($"{arguments[i]} needs a value. Usage: {Usage}");
            switch (arguments[i])
            {
                case "--directory": directory = value; break;
                case "--listen": listen = value; break;
                default: options = options.With(arguments[i], value); break;
            }
        }
        if (directory is null || listen is null) throw new GuestException($"--directory and --listen are needed. Usage: {Usage}");
        if (!IPEndPoint.TryParse(listen, out var endpoint)) throw new GuestException($"--listen is '{listen}'; give IP:PORT, such as 127.0.0.1:0.");
        return options with { Directory = directory, Listen = endpoint };
    }

    private AuthorityOptions With(string name, string value) => name switch
    {
        "--policy" => this with { Policy = value },
        "--collateral" => this with { Collateral = value },
        "--platform-keys" => this with { PlatformKeys = value },
        "--development-chain" => this with { DevelopmentChainId = ChainId(value) },
        "--intel-service" => this with { Vendors = Vendors with { IntelService = Url(name, value) } },
        "--intel-root-crl" => this with { Vendors = Vendors with { IntelRootCrl = Url(name, value) } },
        "--amd-service" => this with { Vendors = Vendors with { AmdService = Url(name, value) } },
        "--nvidia-rims" => this with { Vendors = Vendors with { NvidiaRims = Url(name, value) } },
        "--nvidia-ocsp" => this with { Vendors = Vendors with { NvidiaOcsp = Url(name, value) } },
        _ => throw new GuestException($"{name} is not an option. Usage: {Usage}"),
    };

    private static Uri Url(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw new GuestException($"{name} is '{text}'; give an https address.");

    private static ulong ChainId(string text)
    {
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0)
            throw new GuestException($"--development-chain is '{text}'; give a chain id, such as 31337.");
        return DevelopmentChains.Contains(id) ? id : throw new GuestException($"--development-chain is {id}, which is no development chain; give 31337 or 1337.");
    }
}

using System.CommandLine;
using SwarmCompute.Attestation;
using SwarmCompute.Chain;
using SwarmCompute.Client.Evidence;
using SwarmCompute.Client.Inference;

namespace SwarmCompute.Client.Cli;

/// <summary><c>--policy FILE</c>, <c>--collateral DIR|BUNDLE</c> and <c>--platform-keys FILE|DIR</c>, for commands that judge evidence of a swarm's guests and silos.</summary>
internal sealed class EvidenceOptions
{
    private readonly Option<string?> _policy;
    private readonly Option<string?> _collateral = new("--collateral") { Description = "what the vendors say: a folder that caches what is fetched from them, or a bundle (swarm evidence collateral)" };
    private readonly Option<string?> _platformKeys = new("--platform-keys") { Description = "the keys of Arm's platforms that you trust: a file (PEM, JWK, a store of trust anchors) or a folder of files" };
    private readonly CollateralAddresses _addresses = new();

    public EvidenceOptions(string whose) => _policy = new("--policy") { Description = $"what {whose} must show in the certificate, JSON (docs/evidence.md); default: the authority's word counts" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_policy);
        command.Add(_collateral);
        command.Add(_platformKeys);
        _addresses.AddTo(command);
    }

    /// <summary>The policy; null where none is given.</summary>
    /// <exception cref="CommandException">It cannot be read, or something else is given without it.</exception>
    public AttestationPolicy? Policy(ParseResult parsed)
    {
        if (parsed.GetValue(_policy) is { } path)
            return EvidencePolicies.Read(path, AttestationPolicy.Strict);
        var given = new[] { _collateral, _platformKeys }.FirstOrDefault(o => parsed.GetValue(o) is not null);
        return given is null
            ? null
            : throw new CommandException($"{given.Name} is given without --policy; give what the evidence must show, such as {{\"types\":[\"tdx\"]}}");
    }

    /// <summary>What the vendors say; null where nothing is given.</summary>
    /// <exception cref="CommandException">It cannot be used.</exception>
    public VendorCollateral? Collateral(ParseResult parsed)
    {
        if (parsed.GetValue(_collateral) is not { } path) return null;
        try
        {
            var vendors = VendorCollateral.Open(path, _addresses.Read(parsed), TrustRoots.Vendors, TimeProvider.System);
            foreach (var problem in vendors.Problems) Console.Error.WriteLine($"note: {path}: {problem.Subject}: {problem.Why}");
            return vendors;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException($"--collateral {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>What the vendors say, and the platform keys that are trusted.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="vendors">What <see cref="Collateral"/> gave.</param>
    /// <exception cref="CommandException">The platform keys cannot be used.</exception>
    public ICollateralSource Given(ParseResult parsed, VendorCollateral? vendors)
    {
        if (parsed.GetValue(_platformKeys) is not { } path) return new GivenCollateral(vendors?.Service, platformKeys: null);
        try
        {
            var keys = PlatformKeysFile.Read(path);
            return new GivenCollateral(vendors?.Service, () => keys);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException($"--platform-keys {path} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>What the heads of a swarm's orders must show, with all that judges it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="chain">The swarm's chain.</param>
    /// <exception cref="CommandException">One of the options cannot be used.</exception>
    public async Task<HeadEvidence> Heads(ParseResult parsed, ChainOptions chain)
    {
        if (Policy(parsed) is not { } policy) return new HeadEvidence(null, null);
        var vendors = Collateral(parsed);
        try
        {
            var peers = new AttestedPeers(VerifierFor(chain.ChainId), Given(parsed, vendors), policy, TimeProvider.System);
            return new HeadEvidence(new HeadAttestation(peers, chain.ChainId, chain.OrderBook), vendors);
        }
        catch
        {
            if (vendors is not null) await vendors.DisposeAsync();
            throw;
        }
    }

    /// <summary>A verifier for a chain: development evidence counts on a development chain alone.</summary>
    public static EvidenceVerifier VerifierFor(ulong chainId) => new(TrustRoots.Vendors, DevelopmentChains.Contains(chainId) ? chainId : null);
}

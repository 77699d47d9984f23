using System.CommandLine;
using SwarmCompute.Attestation;
using SwarmCompute.Client.Evidence;

namespace SwarmCompute.Client.Cli;

/// <summary><c>--policy FILE</c> and <c>--collateral DIR|BUNDLE</c>, for commands that judge evidence of a swarm's guests and silos.</summary>
internal sealed class EvidenceOptions
{
    private readonly Option<string?> _policy;
    private readonly Option<string?> _collateral = new("--collateral") { Description = "what the vendors say: a folder that caches what is fetched from them, or a bundle (swarm evidence collateral)" };
    private readonly CollateralAddresses _addresses = new();

    public EvidenceOptions(string whose) => _policy = new("--policy") { Description = $"what {whose} must show in the certificate, JSON (docs/evidence.md); default: the authority's word counts" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_policy);
        command.Add(_collateral);
        _addresses.AddTo(command);
    }

    /// <summary>The policy; null where none is given.</summary>
    /// <exception cref="CommandException">It cannot be read, or collateral is given without one.</exception>
    public AttestationPolicy? Policy(ParseResult parsed)
    {
        if (parsed.GetValue(_policy) is { } path)
            return EvidencePolicies.Read(path, AttestationPolicy.Strict);
        return parsed.GetValue(_collateral) is null ? null : throw new CommandException("--collateral is given without --policy; give what the evidence must show, such as {\"types\":[\"tdx\"]}");
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

    /// <summary>A verifier for a chain: development evidence counts on a development chain alone.</summary>
    public static EvidenceVerifier VerifierFor(ulong chainId) => new(TrustRoots.Vendors, DevelopmentChains.Contains(chainId) ? chainId : null);
}

using System.CommandLine;
using SwarmCompute.Attestation;

namespace SwarmCompute.Client.Cli;

/// <summary>Options that name other services than the vendors': a PCCS, a mirror.</summary>
internal sealed class CollateralAddresses
{
    private static readonly CollateralOptions Defaults = new();

    private readonly Option<string?> _intel = Address("--intel-service", "Intel's service, or a PCCS", Defaults.IntelService);
    private readonly Option<string?> _intelRoot = Address("--intel-root-crl", "the revocation list of Intel's root", Defaults.IntelRootCrl);
    private readonly Option<string?> _amd = Address("--amd-service", "AMD's key distribution service", Defaults.AmdService);
    private readonly Option<string?> _rims = Address("--nvidia-rims", "NVIDIA's reference manifests", Defaults.NvidiaRims);
    private readonly Option<string?> _ocsp = Address("--nvidia-ocsp", "NVIDIA's OCSP responder", Defaults.NvidiaOcsp);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_intel, _intelRoot, _amd, _rims, _ocsp]) command.Add(option);
    }

    /// <summary>What was given, the defaults elsewhere.</summary>
    /// <exception cref="CommandException">One is no address.</exception>
    public CollateralOptions Read(ParseResult parsed) => Defaults with
    {
        IntelService = Uri(parsed, _intel, Defaults.IntelService),
        IntelRootCrl = Uri(parsed, _intelRoot, Defaults.IntelRootCrl),
        AmdService = Uri(parsed, _amd, Defaults.AmdService),
        NvidiaRims = Uri(parsed, _rims, Defaults.NvidiaRims),
        NvidiaOcsp = Uri(parsed, _ocsp, Defaults.NvidiaOcsp),
    };

    private static Option<string?> Address(string name, string what, Uri otherwise) => new(name) { Description = $"{what}; default: {otherwise}" };

    private static Uri Uri(ParseResult parsed, Option<string?> option, Uri otherwise) => parsed.GetValue(option) is not { } text ? otherwise
        : System.Uri.TryCreate(text, UriKind.Absolute, out var address) ? address
        : throw new CommandException($"{option.Name} is {text}; give an https address");
}

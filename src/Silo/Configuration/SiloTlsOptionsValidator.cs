using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloTlsOptionsValidator : IValidateOptions<SiloTlsOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloTlsOptions options)
    {
        var faults = new FaultList("Tls");
        faults.RequireFile(options.CertificateFile, "CertificateFile", "this silo's certificate (PEM)");
        faults.RequireFile(options.KeyFile, "KeyFile", "the certificate's private key (PEM)");
        faults.RequireFile(options.RootFile, "RootFile", "the authority's root certificate");
        if (options.EvidencePolicyFile.Length > 0) faults.RequireFile(options.EvidencePolicyFile, "EvidencePolicyFile", "a policy for other silos' evidence (JSON)");
        faults.Require(options.CollateralPath.Length == 0 || options.EvidencePolicyFile.Length > 0, "CollateralPath", options.CollateralPath, "Tls:EvidencePolicyFile too, or neither");
        faults.Require(options.PlatformKeysPath.Length == 0 || options.EvidencePolicyFile.Length > 0, "PlatformKeysPath", options.PlatformKeysPath, "Tls:EvidencePolicyFile too, or neither");
        return faults.Result;
    }
}

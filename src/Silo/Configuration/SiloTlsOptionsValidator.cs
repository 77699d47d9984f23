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
        return faults.Result;
    }
}

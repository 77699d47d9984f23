using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloWebOptionsValidator : IValidateOptions<SiloWebOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloWebOptions options)
    {
        var faults = new FaultList("Web");
        faults.RequirePort(options.Port, "Port", zeroIsFine: true);
        return faults.Result;
    }
}

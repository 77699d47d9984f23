using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloClusterOptionsValidator : IValidateOptions<SiloClusterOptions>
{
    private const int NameCharsMax = 64;

    public ValidateOptionsResult Validate(string? name, SiloClusterOptions options)
    {
        var faults = new FaultList("Cluster");
        faults.Require(IsName(options.ClusterId), "ClusterId", options.ClusterId, $"1 to {NameCharsMax} letters, digits and hyphens");
        faults.Require(IsName(options.ServiceId), "ServiceId", options.ServiceId, $"1 to {NameCharsMax} letters, digits and hyphens");
        faults.RequirePort(options.SiloPort, "SiloPort", zeroIsFine: false);
        faults.RequirePort(options.GatewayPort, "GatewayPort", zeroIsFine: true);
        faults.Require(options.SiloPort != options.GatewayPort, "GatewayPort", options.GatewayPort, "another port than SiloPort");
        return faults.Result;
    }

    private static bool IsName(string name) => name.Length is >= 1 and <= NameCharsMax && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

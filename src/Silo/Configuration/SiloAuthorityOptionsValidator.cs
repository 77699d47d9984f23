using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloAuthorityOptionsValidator(SiloNodeOptions node) : IValidateOptions<SiloAuthorityOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloAuthorityOptions options)
    {
        var faults = new FaultList("Authority");
        if (node.Slots > 0) faults.Require(IsEndpoint(options.Endpoint), "Endpoint", options.Endpoint, "HOST:PORT");
        return faults.Result;
    }

    private static bool IsEndpoint(string text)
    {
        var cut = text.LastIndexOf(':');
        return cut > 0 && text.Length <= 256 && ushort.TryParse(text.AsSpan(cut + 1), out var port) && port > 0;
    }
}

using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloGuestOptionsValidator(SiloNodeOptions node) : IValidateOptions<SiloGuestOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloGuestOptions options)
    {
        var faults = new FaultList("Guest");
        if (node.Slots == 0) return faults.Result;
        faults.RequireFile(options.Executable, "Executable", "SwarmCompute.Guest");
        faults.RequireDirectory(options.AssetDirectory, "AssetDirectory", "the folder of model files");
        faults.Require(options.WorkDirectory.Length > 0, "WorkDirectory", options.WorkDirectory, "a folder for the guests to work in");
        faults.RequireDirectory(options.NativeLibraryDirectory, "NativeLibraryDirectory", "the folder of the inference engine's libraries");
        faults.RequireAddress(options.ListenAddress, "ListenAddress");
        faults.RequirePort(options.LinkPort, "LinkPort", zeroIsFine: true);
        return faults.Result;
    }
}

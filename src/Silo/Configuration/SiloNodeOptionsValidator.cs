using Microsoft.Extensions.Options;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloNodeOptionsValidator : IValidateOptions<SiloNodeOptions>
{
    public const int SlotsMax = 64;

    public ValidateOptionsResult Validate(string? name, SiloNodeOptions options)
    {
        var faults = new FaultList("Node");
        faults.Require(FaultList.Parses(() => new NodeId(options.Id)), "Id", options.Id, $"1 to {NodeId.LengthMax} lower-case letters, digits and hyphens");
        faults.Require(options.Slots is >= 0 and <= SlotsMax, "Slots", options.Slots, $"0 to {SlotsMax}");
        faults.Require(options.Slots == 0 || options.Offer > 0, "Offer", options.Offer, "the number of this node's compute offer (swarm provider register makes one)");
        faults.Require(options.MemoryMiB is >= 0 and <= 1 << 30, "MemoryMiB", options.MemoryMiB, "0 to 1073741824");
        faults.RequireAddress(options.AdvertisedAddress, "AdvertisedAddress");
        return faults.Result;
    }
}

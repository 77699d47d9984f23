using System.Collections.Immutable;
using System.Net;

namespace SwarmCompute.Overlay.WireGuard;

/// <summary>What an engine must be told so that all its traffic between guests goes over the overlay.</summary>
/// <param name="Variables">Environment variables: of Gloo and NCCL (which interface; no InfiniBand, which would go around it), and of vLLM (its address).</param>
/// <param name="RayArguments">Arguments of <c>ray start</c>.</param>
public sealed record EngineEnvironment(ImmutableSortedDictionary<string, string> Variables, ImmutableArray<string> RayArguments)
{
    /// <summary>For a device of this name and this overlay address.</summary>
    public static EngineEnvironment For(string interfaceName, IPAddress address) => new(
        new Dictionary<string, string>
        {
            ["GLOO_SOCKET_IFNAME"] = interfaceName,
            ["NCCL_SOCKET_IFNAME"] = "=" + interfaceName,                    // "=": this one, not all whose names begin so
            ["NCCL_IB_DISABLE"] = "1",
            ["VLLM_HOST_IP"] = address.ToString(),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        [$"--node-ip-address={address}"]);
}

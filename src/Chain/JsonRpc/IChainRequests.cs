using System.Text.Json;
using System.Text.Json.Nodes;

namespace SwarmCompute.Chain.JsonRpc;

/// <summary>Where a sender of transactions asks the chain: a <see cref="ChainClient"/>, or one that fails on purpose.</summary>
internal interface IChainRequests
{
    /// <summary>Where the chain is.</summary>
    ChainOptions Options { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>How many endpoints there are.</summary>
    int EndpointCount { get; }

    /// <summary>Asks whichever endpoint is fit to answer.</summary>
    /// <exception cref="ChainException">No endpoint answers, or one refused.</exception>
    Task<JsonElement> Request(string method, JsonArray parameters, CancellationToken cancel);

    /// <summary>Asks one endpoint, from 0 to <see cref="EndpointCount"/> - 1.</summary>
    /// <exception cref="ChainException">It does not answer, or refused.</exception>
    Task<JsonElement> RequestAt(int endpoint, string method, JsonArray parameters, CancellationToken cancel);
}

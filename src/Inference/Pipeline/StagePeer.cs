using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace SwarmCompute.Inference;

/// <summary>The guest that holds one stage.</summary>
/// <param name="Slot">The slot, from 0 (the head).</param>
/// <param name="Epoch">The epoch of the slot's lease.</param>
/// <param name="Endpoint">Where the stage before dials it: an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
/// <param name="Certificate">Its certificate, as the map gives it; what a link trusts is the certificate that the handshake shows.</param>
public sealed record StagePeer(int Slot, LeaseEpoch Epoch, EndPoint Endpoint, X509Certificate2 Certificate);

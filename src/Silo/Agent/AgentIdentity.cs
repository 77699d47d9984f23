using SwarmCompute.Cvm;
using SwarmCompute.Grains.Interfaces;

namespace SwarmCompute.Silo.Agent;

/// <summary>This run of this node's agent.</summary>
/// <param name="Description">What the node offers.</param>
/// <param name="Incarnation">This run: its silo's address with its generation.</param>
/// <param name="WorkDirectory">Where its guests work.</param>
internal sealed record AgentIdentity(NodeDescription Description, string Incarnation, string WorkDirectory)
{
    /// <summary>The folder of one guest, as the driver makes it.</summary>
    public string WorkDirectoryOf(LeaseHold hold) => Path.Combine(WorkDirectory, new CvmLaunch(hold.Lease, hold.Epoch, default).Name);
}

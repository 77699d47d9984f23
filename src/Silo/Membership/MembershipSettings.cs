using Orleans.Configuration;

namespace SwarmCompute.Silo.Membership;

/// <summary>How soon a silo that does not answer is declared dead: a killed one within about 1.5 s, a hung one within about 6 s.</summary>
internal static class MembershipSettings
{
    /// <summary>Sets them; all silos of a cluster must have the same.</summary>
    public static void Apply(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromSeconds(1);
        options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
        options.NumMissedProbesLimit = 3;
        options.NumVotesForDeathDeclaration = 2;
        // A connection that still carries something speaks against a death: on a busy machine answers are late, and a silo that is
        // wrongly declared dead ends, with its guests. The price is 6 s for one that hangs with its connections open.
        options.EnableConnectionLivenessCheck = true;
        options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
    }
}

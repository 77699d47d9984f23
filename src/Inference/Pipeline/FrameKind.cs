namespace SwarmCompute.Inference;

/// <summary>What a boundary frame is. The numbers are on the wire and are never reused.</summary>
internal enum FrameKind : byte
{
    /// <summary>Receiver to sender, first on every link: which session it expects next at which sequence.</summary>
    Have = 1,

    /// <summary>Hidden states for the next stage.</summary>
    Hidden = 2,

    /// <summary>The last stage's candidates, to the head.</summary>
    Candidates = 3,

    /// <summary>The session is over.</summary>
    CloseSession = 4,

    /// <summary>Are you there?</summary>
    Ping = 5,

    /// <summary>Here.</summary>
    Pong = 6,

    /// <summary>A stage cannot run this session; or, with session 0/0, the link itself is refused.</summary>
    Refused = 7,

    /// <summary>
    /// The head's open sessions, all others are over. Goes round the ring through every stage that is loaded; when it comes back to the
    /// head with the map's generation, the ring stands.
    /// </summary>
    Sync = 8,

    /// <summary>To a standby: what the stage's layers know of one frame's tokens, and what it sent on for them.</summary>
    Handed = 9,

    /// <summary>A new session that begins with the first frames of another, which the receiver has run already.</summary>
    Fork = 10,

    /// <summary>The last stage's embedding of a text, to the head.</summary>
    Embedding = 11,

    /// <summary>The session's answer is over; it stays open, for others to begin with its tokens.</summary>
    Rest = 12,

    /// <summary>What the head told of a streamed answer; every stage keeps it and hands it on, and the last one gives it to a head of a later epoch.</summary>
    History = 13,
}

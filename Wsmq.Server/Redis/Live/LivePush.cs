namespace Wsmq.Server.Redis.Live;

/// <summary>What nodes tell each other on the live plane; a byte of the message.</summary>
internal enum LiveKind : byte
{
    /// <summary>A push to all connections, but for those named.</summary>
    All = (byte)'A',

    /// <summary>A push to the connections named.</summary>
    Connections = (byte)'C',

    /// <summary>A push to the users named.</summary>
    Users = (byte)'U',

    /// <summary>A push to the group that is named first, but for the connections named behind it.</summary>
    Group = (byte)'G',

    /// <summary>Whoever has the connection is to add it to a group: see <see cref="LiveRequests"/>.</summary>
    Join = (byte)'J',

    /// <summary>The same for leaving.</summary>
    Leave = (byte)'L',

    /// <summary>The answer to these two: the number of the request.</summary>
    Done = (byte)'D',
}

/// <summary>One message of the live plane.</summary>
/// <param name="Kind">Who is meant.</param>
/// <param name="Names">Connections, users, a group: as the kind says.</param>
/// <param name="Frame">What clients get, ready to be written; empty where the nodes talk among themselves.</param>
internal readonly record struct LivePush(LiveKind Kind, string[] Names, ReadOnlyMemory<byte> Frame);

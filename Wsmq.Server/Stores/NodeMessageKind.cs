namespace Wsmq.Server.Stores;

/// <summary>The kinds of messages between nodes, by their byte on the wire.</summary>
internal enum NodeMessageKind : byte
{
    /// <summary>Changes of presence, for a node that watches.</summary>
    Presence = (byte)'p',

    /// <summary>Of requests that wait for a reply.</summary>
    Request = (byte)'r',

    /// <summary>What has become of tracked messages, for the node of their sender.</summary>
    Tracking = (byte)'t',
}

using Wsmq.Server.Requests;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>The connections of this node that answer requests.</summary>
internal sealed class Responders(LocalResponders local, ResponderEntries entries)
{
    public ConnectionResponder Of(Session session) => session.RespondWith(() => new ConnectionResponder(session.Connection, local, entries));
}

using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>The admin interface: every path it has, who may use it, and the answer. It knows no socket: whoever serves it says who calls.</summary>
internal sealed class AdminApi(AdminAccess access, StatusAnswers status, CommandAnswers commands, EventAnswers events, LineAnswers lines)
{
    /// <summary>In every answer; it changes when an answer loses or changes something that a program may rely on.</summary>
    public const int Version = 1;

    private readonly AdminRoute[] _routes =
    [
        new(HttpMethods.Get, "/", LivePage.WriteAsync),
        new(HttpMethods.Get, "/v1/status", status.WriteAllAsync),
        new(HttpMethods.Get, "/v1/groups/*", status.WriteGroupAsync),
        new(HttpMethods.Get, "/v1/events", events.WriteAsync),
        new(HttpMethods.Get, "/v1/logs", lines.WriteAllAsync),
        new(HttpMethods.Get, "/v1/groups/*/logs", lines.WriteGroupAsync),
        new(HttpMethods.Post, "/v1/groups/*/restart", commands.OnGroup(static (groups, name) => groups.RestartGroup(name))),
        new(HttpMethods.Post, "/v1/groups/*/pause", commands.OnGroup(static (groups, name) => groups.PauseGroup(name))),
        new(HttpMethods.Post, "/v1/groups/*/resume", commands.OnGroup(static (groups, name) => groups.ResumeGroup(name))),
        new(HttpMethods.Post, "/v1/groups/*/stop", commands.OnGroup(static (groups, name) => groups.StopGroup(name))),
        new(HttpMethods.Post, "/v1/groups/*/start", commands.OnGroup(static (groups, name) => groups.StartGroup(name))),
        new(HttpMethods.Post, "/v1/groups/*/maintenance/on", commands.OnGroup(static (groups, name) => groups.SetMaintenance(name, isOn: true))),
        new(HttpMethods.Post, "/v1/groups/*/maintenance/off", commands.OnGroup(static (groups, name) => groups.SetMaintenance(name, isOn: false))),
        new(HttpMethods.Post, "/v1/groups/*/set", commands.SetAsync),
        new(HttpMethods.Post, "/v1/groups/*/unset", commands.UnsetAsync),
        new(HttpMethods.Post, "/v1/workers/*/drain", commands.OnWorker(static (groups, pid) => groups.DrainWorker(pid))),
        new(HttpMethods.Post, "/v1/workers/*/recycle", commands.OnWorker(static (groups, pid) => groups.RecycleWorker(pid))),
        new(HttpMethods.Post, "/v1/reload", commands.ReloadAsync),
    ];

    /// <param name="context">The request.</param>
    /// <param name="caller">Who sent it; null: nobody knows, so nothing is allowed.</param>
    public Task AnswerAsync(HttpContext context, AdminCaller? caller)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (AdminGuard.Check(context) is { } problem)
        {
            return problem.WriteAsync(context);
        }

        return caller is not null && (caller.MayAll || access.Visible(caller).Count > 0)
            ? RouteAsync(context, caller)
            : AdminProblem.Forbidden(Describe(caller)).WriteAsync(context);
    }

    private Task RouteAsync(HttpContext context, AdminCaller caller)
    {
        var found = _routes.Select(route => (Route: route, Value: route.Match(context.Request.Path.Value!))).Where(static match => match.Value is not null).ToList();
        if (found.Count == 0)
        {
            return AdminProblem.NotFound($"There is nothing at this path. There are: {string.Join(", ", _routes.Select(static route => $"{route.Method} {route.Path}"))}.").WriteAsync(context);
        }

        var (route, value) = found.Find(match => match.Route.Method == context.Request.Method);
        return route is null ? RefuseMethodAsync(context, found[0].Route.Method) : route.AnswerAsync(new AdminCall(context, caller, value!));
    }

    private static Task RefuseMethodAsync(HttpContext context, string method)
    {
        context.Response.Headers.Allow = method;
        return new AdminProblem(StatusCodes.Status405MethodNotAllowed, "Method not allowed", $"Use {method}.").WriteAsync(context);
    }

    private static string Describe(AdminCaller? caller) =>
        $"User {(caller is null ? "unknown" : caller.User)} may neither see nor steer anything here. Root and the front door's own user may do all, and the Worker:User of a group may see and steer its own groups.";
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ProxyGroups.Admin.Api;

/// <summary>The admin interface: every path it has, who may use it, and the answer. It knows no socket: the entrance says who calls.</summary>
internal sealed class AdminApi(AdminAccess access, StatusAnswers status, CommandAnswers commands, EventAnswers events, LineAnswers lines, ExplainAnswers explanations)
{
    /// <summary>In every answer; it changes when an answer loses or changes something that a program may rely on.</summary>
    public const int Version = 1;

    private readonly AdminRoute[] _routes = WithDocument(
    [
        new(HttpMethods.Get, "/", LivePage.WriteAsync) { Summary = "The live page", Answer = null },
        new(HttpMethods.Get, "/v1/status", status.WriteAllAsync) { Summary = "How all groups are that the caller may see", Answer = typeof(StatusAnswer) },
        new(HttpMethods.Get, "/v1/groups/*", status.WriteGroupAsync) { Summary = "How one group is", Answer = typeof(GroupAnswer) },
        new(HttpMethods.Get, "/v1/events", events.WriteAsync) { Summary = "What happened: server-sent events from after (or Last-Event-ID) on, or one list for who accepts application/json", Answer = typeof(EventsAnswer), Query = ["after"] },
        new(HttpMethods.Get, "/v1/logs", lines.WriteAllAsync) { Summary = "What workers write: the last lines, then those that come, as server-sent events; or one list for who accepts application/json", Answer = typeof(LinesAnswer), Query = ["lines", "after"] },
        new(HttpMethods.Get, "/v1/groups/*/logs", lines.WriteGroupAsync) { Summary = "What the workers of one group write, likewise", Answer = typeof(LinesAnswer), Query = ["lines", "after"] },
        new(HttpMethods.Get, "/v1/explain", explanations.WriteAllAsync) { Summary = "What the knobs of all groups are set to, give and cost, and which one binds now", Answer = typeof(ExplainAnswer) },
        new(HttpMethods.Get, "/v1/groups/*/explain", explanations.WriteGroupAsync) { Summary = "What the knobs of one group are set to, give and cost, and which one binds now", Answer = typeof(ExplainAnswer) },
        new(HttpMethods.Post, "/v1/groups/*/restart", commands.OnGroup(static (groups, name) => groups.RestartGroup(name))) { Summary = "Replace the workers one by one, each when its successor is ready" },
        new(HttpMethods.Post, "/v1/groups/*/pause", commands.OnGroup(static (groups, name) => groups.PauseGroup(name))) { Summary = "Keep new requests waiting" },
        new(HttpMethods.Post, "/v1/groups/*/resume", commands.OnGroup(static (groups, name) => groups.ResumeGroup(name))) { Summary = "Let waiting requests go on" },
        new(HttpMethods.Post, "/v1/groups/*/stop", commands.OnGroup(static (groups, name) => groups.StopGroup(name))) { Summary = "Finish what runs, stop all workers" },
        new(HttpMethods.Post, "/v1/groups/*/start", commands.OnGroup(static (groups, name) => groups.StartGroup(name))) { Summary = "Start a stopped group" },
        new(HttpMethods.Post, "/v1/groups/*/maintenance/on", commands.OnGroup(static (groups, name) => groups.SetMaintenance(name, isOn: true))) { Summary = "Answer new requests with a maintenance page" },
        new(HttpMethods.Post, "/v1/groups/*/maintenance/off", commands.OnGroup(static (groups, name) => groups.SetMaintenance(name, isOn: false))) { Summary = "Ask workers again" },
        new(HttpMethods.Post, "/v1/groups/*/set", commands.SetAsync) { Summary = "Change settings of the group while it runs: each as a query parameter of its name", Query = ["save"] },
        new(HttpMethods.Post, "/v1/groups/*/unset", commands.UnsetAsync) { Summary = "Take back settings that were set while it runs: each as a query parameter of its name, without a value", Query = ["save"] },
        new(HttpMethods.Post, "/v1/workers/*/drain", commands.OnWorker(static (groups, pid) => groups.DrainWorker(pid))) { Summary = "Give a worker no further requests and stop it" },
        new(HttpMethods.Post, "/v1/workers/*/recycle", commands.OnWorker(static (groups, pid) => groups.RecycleWorker(pid))) { Summary = "Replace a worker when its successor is ready" },
        new(HttpMethods.Post, "/v1/reload", commands.ReloadAsync) { Summary = "Read the settings anew, restart every group" },
    ]);

    internal IReadOnlyList<AdminRoute> Routes => _routes;

    /// <summary>The next status tells sizes of its own moment.</summary>
    public void Outdate() => status.Outdate();

    /// <param name="context">The request.</param>
    /// <param name="entrance">The way it came.</param>
    public Task AnswerAsync(HttpContext context, IAdminEntrance entrance)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (AdminGuard.Check(context, entrance) is { } problem)
        {
            return problem.WriteAsync(context);
        }

        var caller = entrance.Identify(context);
        return caller is not null && (caller.MayAll || access.Visible(caller).Count > 0)
            ? RouteAsync(context, caller)
            : entrance.Refuse(context, caller).WriteAsync(context);
    }

    // The document lists the route at which it lies itself.
    private static AdminRoute[] WithDocument(AdminRoute[] routes)
    {
        AdminRoute[] all = [];
        var document = new Lazy<JsonObject>(() => OpenApiDocument.Of(all));
        all = [.. routes, new(HttpMethods.Get, "/v1/openapi.json", call => call.WriteAsync(document.Value)) { Summary = "This document", Answer = typeof(JsonObject) }];
        return all;
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
}

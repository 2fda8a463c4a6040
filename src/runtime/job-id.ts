/**
 * Where a node finds the id of the job that it is about.
 */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { ConnectError } from '../errors.ts';
import { choiceValue, type NodeProperties, textValue } from './config-values.ts';

/** A place as the dialog stores it. */
export interface JobIdPlace {
  readonly value: string;
  readonly type: 'msg' | 'str' | 'env' | 'flow' | 'global';
}

/** @throws ConnectError `CONFIG_INVALID` */
export function jobIdPlace(properties: NodeProperties): JobIdPlace {
  return {
    value: textValue(properties, 'jobId', 'norce.jobId'),
    type: choiceValue(properties, 'jobIdType', ['msg', 'str', 'env', 'flow', 'global']),
  };
}

/**
 * The id of a job, as digits.
 *
 * @throws ConnectError `JOB_ID_MISSING`, `JOB_ID_INVALID`
 */
export async function jobIdIn(
  RED: NodeAPI,
  node: Node,
  { value, type }: JobIdPlace,
  message: NodeMessage,
): Promise<string> {
  const found = await evaluated(RED, node, { value, type }, message);
  if (found === undefined || found === null || found === '') {
    throw new ConnectError('JOB_ID_MISSING', `No job id stands in ${placeName({ value, type })}.`);
  }
  const text = typeof found === 'number' || typeof found === 'string' ? String(found).trim() : '';
  if (!/^[1-9]\d{0,18}$/.test(text)) {
    throw new ConnectError('JOB_ID_INVALID', `What stands in ${placeName({ value, type })} is no job id.`);
  }
  return text;
}

function evaluated(RED: NodeAPI, node: Node, place: JobIdPlace, message: NodeMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const refuse = (thrown: unknown): void => {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      const text = `The job id cannot be read from ${placeName(place)}: ${reason}`;
      reject(new ConnectError('JOB_ID_INVALID', text));
    };
    try {
      RED.util.evaluateNodeProperty(place.value, place.type, node, message, (error, value: unknown) => {
        if (error) refuse(error);
        else resolve(value);
      });
    } catch (thrown) {
      refuse(thrown);
    }
  });
}

function placeName({ value, type }: JobIdPlace): string {
  return type === 'str' ? 'the dialog' : `${type}.${value}`.slice(0, 100);
}
